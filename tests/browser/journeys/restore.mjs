import { PASSPHRASE, addCustomer, begin, choosePassphrase, downloaded, go, names, openCustomer, press, says, set, tryPassphrase, unlock, visit, writeNote } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";

export const name = "a sheet is printed and confirmed, a backup is made and rehearsed, the profile is lost, and everything comes back with the sheet alone";
/** A download is handed from one profile to another: WebKit has none when it is driven. */
export const browsers = ["chromium", "firefox"];
export const seconds = 300;

const NEW = "とおい まち ちいさな ふね しろい つき";
const NOTE = "控えの予行のためのメモ。";

export async function run(context) {
  const { assert } = context;
  let browser = await context.start();
  await begin(browser, context.url, { device: "店" });
  await says(browser, "控え");
  await addCustomer(browser, "検見川 花");
  await writeNote(browser, NOTE);
  await browser.run(() => localStorage.setItem("daifuku.text_size", "large"));

  // The sheet: asked for with the passphrase, confirmed by typing its end.
  await go(browser, "/backup");
  await press(browser, "main .button", "控えの鍵を作る");
  await set(browser, 'dialog[open] input[autocomplete="current-password"]', PASSPHRASE);
  await press(browser, 'dialog[open] button[type="submit"]', "控えの鍵を作る");
  const identity = (await browser.text("dialog[open] .sheet-identity", 30)).replace(/\s/g, "");
  assert.match(identity, /^AGE-SECRET-KEY-1[A-Z0-9]{58}$/);
  assert.equal(await browser.count("dialog[open] svg.qr"), 1);
  await browser.run(() => { (window.wrappedJSObject ?? window).print = () => {}; });
  await press(browser, "dialog[open] .button", "印刷しました");
  await set(browser, 'dialog[open] input[type="text"]', "AAAAAA");
  await press(browser, 'dialog[open] button[type="submit"]', "確かめる");
  await says(browser, "最後の文字と違います");
  await set(browser, 'dialog[open] input[type="text"]', identity.slice(-6).toLowerCase());
  await press(browser, 'dialog[open] button[type="submit"]', "確かめる");
  await says(browser, "控えの鍵ができました", 20);
  await press(browser, "dialog[open] .button", "終わる");

  await press(browser, ".make-backup .button, .make-backup button", "控えを作る");
  await press(browser, ".made-backup .button", "控えを保存する");
  const backup = await downloaded(context, "daifuku-backup", "backup.age");
  assert.deepEqual(await context.findOnDisk(browser, [NOTE, "検見川", identity]), []);

  // A rehearsal touches nothing.
  await press(browser, "main .button", "控えの予行をする");
  await choose(browser, backup, identity);
  await says(browser, "この控えは、すべて読めました", 30);
  await press(browser, ".restore-result .button", "予行を終わる");

  // The passphrase is forgotten: the sheet opens, and another passphrase is set.
  await browser.click(".nav-lock");
  await browser.find(".door-card", 15);
  await press(browser, ".button", "合言葉を忘れた");
  await set(browser, ".door-card textarea, .door-card input:not([type=password])", identity.toLowerCase());
  await choosePassphrase(browser, NEW);
  await press(browser, 'button[type="submit"]', "新しい合言葉で開く");
  await browser.find(".nav-lock", 30);
  await go(browser, "/");
  await says(browser, "検見川 花");
  await browser.click(".nav-lock");
  await browser.find(".door-card", 15);
  await tryPassphrase(browser, PASSPHRASE);
  await says(browser, "合言葉が違います", 20);
  await context.close(browser);

  // Everything is lost but the file and the paper.
  browser = await context.start({ profile: "another" });
  await visit(browser, context.url);
  await press(browser, ".first-start-restore .button", "控えから戻す");
  await choose(browser, backup, identity, false);
  await choosePassphrase(browser, NEW);
  await press(browser, 'button[type="submit"]', "控えを開く");
  await press(browser, ".button.primary", "この控えを戻す");
  await says(browser, "そのまま使えます", 30);
  assert.equal(await browser.run(() => document.documentElement.dataset.text), "large", "the settings came back");
  await press(browser, ".button.primary", "大福帳を開く");
  await until("the customer is back", async () => (await names(browser)).includes("検見川 花"), 20);
  await openCustomer(browser, "検見川 花");
  await says(browser, NOTE);
  browser = await context.killAndRestart(browser);
  await unlock(browser, context.url, NEW);
  await openCustomer(browser, "検見川 花");
  await says(browser, NOTE);
}

async function choose(browser, file, identity, submit = true) {
  await browser.type('.opening input[type="file"]', file);
  await set(browser, ".opening textarea", identity);
  if (submit) await press(browser, 'button[type="submit"]', "控えを開く");
}
