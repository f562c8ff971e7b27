import { addCustomer, begin, go, names, openCustomer, press, says, set, unlock, writeNote } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";
import { give, openFile, rename, saveCard, takeCard, takeIn } from "../lib/exchange.mjs";

export const name = "two colleagues exchange files: cards, work of both, a conflict, a lost file, an erasure, and a kill in the middle";
/** Files are handed over through downloads, and profiles are kept: WebKit has neither when it is driven. */
export const browsers = ["chromium", "firefox"];
export const seconds = 420;

export async function run(context) {
  const { assert } = context;
  const shop = await context.start({ profile: "shop" });
  let phone = await context.start({ profile: "phone" });
  await phone.resize(390, 800);
  await begin(shop, context.url, { device: "店" });
  await begin(phone, context.url, { device: "花子" });

  // Cards, compared by phone.
  const cards = [await saveCard(context, shop, "店"), await saveCard(context, phone, "花子")];
  await takeCard(shop, cards[1]);
  await takeCard(phone, cards[0]);
  const digits = (browser) => browser.text(".own-card .digits");
  assert.match(await digits(shop), /^(\d{4} ){5}\d{4}$/);
  assert.notEqual(await digits(shop), await digits(phone));

  await go(shop, "/");
  await go(phone, "/");
  await addCustomer(shop, "髙橋 一郎");
  await writeNote(shop, "本日訪問。担当は山田様。見積を送る。");
  await go(shop, "/");
  await addCustomer(shop, "忘れられたい人");
  await addCustomer(phone, "佐藤 花");
  let file = await give(context, shop, "1.age");
  await takeIn(phone, file);
  await takeIn(shop, await give(context, phone, "2.age"));
  for (const browser of [shop, phone]) {
    await go(browser, "/");
    await until("both have all three", async () => (await names(browser)).length === 3);
  }

  // The same once more, and a file that is lost in between: nothing is missing in the end.
  await takeIn(phone, file);
  await openCustomer(shop, "髙橋");
  await writeNote(shop, "失われたファイルのメモ。");
  await give(context, shop, "lost.age");
  await go(shop, "/");
  await openCustomer(shop, "髙橋");
  await writeNote(shop, "あとのメモ。");
  await takeIn(phone, await give(context, shop, "3.age"));
  await go(phone, "/");
  await openCustomer(phone, "髙橋");
  await says(phone, "失われたファイルのメモ。");
  await says(phone, "あとのメモ。");
  await takeIn(shop, await give(context, phone, "4.age"));

  // Both change the same field: both values stand until one is chosen.
  await rename(shop, "橋 一郎", "髙橋 一郎（店）");
  await rename(phone, "橋 一郎", "高橋 一郎（花子）");
  await takeIn(phone, await give(context, shop, "5.age"));
  await go(phone, "/conflicts");
  await says(phone, "髙橋 一郎（店）");
  await says(phone, "高橋 一郎（花子）");
  await until("one is chosen", () => phone.run(() => {
    const option = [...document.querySelectorAll(".conflict-option")].find((each) => each.textContent.includes("（店）"));
    option?.querySelector("button").click();
    return Boolean(option);
  }));
  await says(phone, "決めることはありません");
  await takeIn(shop, await give(context, phone, "6.age"));
  await go(shop, "/conflicts");
  await says(shop, "決めることはありません");

  // Erased here, gone there.
  await go(shop, "/");
  await openCustomer(shop, "忘れられたい人");
  await press(shop, ".menu-item", "完全に消す");
  await set(shop, 'dialog[open] input[type="text"]', "忘れられたい人");
  await set(shop, 'dialog[open] input[autocomplete="current-password"]', "ひろい うみ しずかな やま あおい そら");
  await press(shop, 'dialog[open] button[type="submit"]', "完全に消す");
  await says(shop, "完全に消しました", 30);
  file = await give(context, shop, "7.age");
  await openFile(phone, file);
  await says(phone, "取り込む");
  await press(phone, ".button", "取り込む");
  // Killed in the middle: it goes on by itself, or was never there and is simply opened again.
  phone = await context.killAndRestart(phone);
  await unlock(phone, context.url);
  await phone.resize(390, 800);
  await takeIn(phone, file);
  await go(phone, "/");
  await until("it is gone on the phone", async () => !(await names(phone)).includes("忘れられたい人"));
  assert.equal((await names(phone)).length, 2);
}
