import { PASSPHRASE, addCustomer, begin, change, choose, go, press, says, set, tryPassphrase, unlock } from "../lib/app.mjs";
import { sleep, until } from "../lib/browser.mjs";

export const name = "language and text size change at once, the passphrase is changed, the notebook locks by hand and by itself, and damage is named";

const NEW = "とおい まち ちいさな ふね しろい つき";
const WRONG = "合言葉が違います。";
const DAMAGED = "保存された内容の一部が壊れていて、読めません";

export async function run(context) {
  const { assert } = context;
  const browser = await context.start();
  await begin(browser, context.url);
  await addCustomer(browser, "検見川 花");
  await go(browser, "/settings");

  // What is shown changes; what was typed stays, so nothing was loaded anew.
  const device = "#device + form input";
  await set(browser, device, "店のタブレット");
  const words = () => browser.run((css) => [document.querySelector("h1").textContent, document.documentElement.lang,
    document.querySelector(".nav-link").textContent, document.querySelector(css).value], device);
  await choose(browser, "English");
  await until("the words are English", async () => (await words())[0] === "Settings");
  assert.deepEqual(await words(), ["Settings", "en", "Today", "店のタブレット"]);
  await choose(browser, "日本語");
  await until("the words are Japanese", async () => (await words())[0] === "設定");
  assert.deepEqual(await words(), ["設定", "ja", "今日", "店のタブレット"]);
  const size = () => browser.run(() => Math.round(parseFloat(getComputedStyle(document.body).fontSize)));
  const sizes = [];
  for (const label of ["標準", "大", "特大"]) {
    await choose(browser, label);
    sizes.push(await size());
  }
  assert.deepEqual(sizes, [18, 21, 25]);
  await choose(browser, "標準");

  const storage = () => browser.text("section:has(> #storage)");
  await until("the storage is told", async () => /お客様の数\s*1/.test(await storage()));
  assert.match(await storage(), /大福帳の大きさ\s*\d/);

  // Another passphrase.
  const replace = async (old) => {
    await set(browser, '.fold input[autocomplete="current-password"]', old);
    await set(browser, '.fold input[autocomplete="new-password"]', NEW);
    await press(browser, '.fold button[type="submit"]', "合言葉を変える");
  };
  await press(browser, ".fold summary", "合言葉を変える");
  await replace("これはちがう あいことば です");
  await says(browser, WRONG);
  await replace(PASSPHRASE);
  await says(browser, "合言葉を変えました。", 20);
  await change(browser, "section select", "1");

  await browser.click(".nav-lock");
  await browser.find(".door-card", 15);
  await tryPassphrase(browser, PASSPHRASE);
  await says(browser, WRONG, 20);
  assert.equal(await browser.count(".notice-box.bad"), 0, "a wrong passphrase is not called damage");
  await sleep(600);
  await tryPassphrase(browser, NEW);
  await browser.find("section #storage", 30);

  // Nobody touches it for ten minutes, as far as the page can tell.
  await browser.run((ahead) => {
    const page = window.wrappedJSObject ?? window;
    page.Date.now = page.Number.prototype.valueOf.bind(page.Date.now() + ahead);
  }, 600_000);
  await browser.find(".door-card", 15);
  await says(browser, "大福帳を開く");

  // Rows in each other's place: nothing of it is read, and the passphrase is not blamed.
  await swapManifest(browser);
  await tryPassphrase(browser, NEW);
  await says(browser, DAMAGED, 20);
  assert.equal(await browser.run((wrong) => document.body.textContent.includes(wrong), WRONG), false);
  await swapManifest(browser);
  await unlock(browser, context.url, NEW);
  await says(browser, "検見川 花");
}

/** Swaps both copies of the manifest with rows that the vault does not know; a second time brings them back. */
function swapManifest(browser) {
  return browser.run(async () => {
    const [{ name }] = await indexedDB.databases();
    const settled = (request) => new Promise((done, failed) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
    const database = await settled(indexedDB.open(name));
    const meta = database.transaction("meta", "readwrite").objectStore("meta");
    const [slots, ...rows] = await Promise.all([1, 2, 5, 102, 105].map((row) => settled(meta.get(row))));
    const [first, second, third, fourth] = rows;
    const wanted = third ? [third, fourth] : [slots, slots, first, second];
    await Promise.all([2, 5, 102, 105].map((row, place) => settled(wanted[place] ? meta.put(wanted[place], row) : meta.delete(row))));
    database.close();
  });
}
