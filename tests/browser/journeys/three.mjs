import { PASSPHRASE, addCustomer, begin, choose, choosePassphrase, downloaded, go, names, openCustomer, press, says, set, visit, writeNote } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";
import { give, rename, saveCard, takeCard, takeIn } from "../lib/exchange.mjs";

export const name = "a second device begins with a handover, a colleague joins, and what three wrote apart ends alike on all";
/** Files are handed over through downloads, which WebKit does not have when it is driven. */
export const browsers = ["chromium", "firefox"];
export const seconds = 420;

export async function run(context) {
  const { assert } = context;
  const shop = await context.start({ profile: "shop" });
  await begin(shop, context.url, { device: "店" });
  await addCustomer(shop, "髙橋 一郎");
  await writeNote(shop, "本日訪問。担当は山田様。見積を送る。雨だった。お茶を頂いた。");
  await go(shop, "/");
  await addCustomer(shop, "佐藤 花");

  // To one's own tablet, with a passphrase that was made for the file.
  await go(shop, "/backup");
  await press(shop, "main .button", "引っ越しのファイルを作る");
  await says(shop, "引っ越しのファイルができました", 30);
  const secret = await shop.text(".share-secret");
  await press(shop, ".made-backup .button", "ファイルを保存する");
  const handover = await downloaded(context, "daifuku-handover", "handover.age");
  const tablet = await context.start({ profile: "tablet" });
  await tablet.resize(820, 1180);
  await visit(tablet, context.url);
  await press(tablet, ".first-start-restore .button", "控えから戻す");
  await tablet.type('.opening input[type="file"]', handover);
  await choose(tablet, "控えの合言葉");
  await set(tablet, ".opening .passphrase input", secret);
  await set(tablet, '.door-card input[autocomplete="name"]', "タブレット");
  await choosePassphrase(tablet, PASSPHRASE);
  await press(tablet, 'button[type="submit"]', "控えを開く");
  await press(tablet, ".button.primary", "この控えを戻す");
  await press(tablet, ".button.primary", "大福帳を開く");
  await tablet.find(".first-start-later button, #customers-search", 30);
  if (await tablet.count(".first-start-later button")) await tablet.click(".first-start-later button");
  await until("both customers came along", async () => (await names(tablet)).length === 2, 20);

  const phone = await context.start({ profile: "phone" });
  await phone.resize(390, 800);
  await begin(phone, context.url, { device: "花子" });
  const [shopCard, tabletCard, phoneCard] = [
    await saveCard(context, shop, "店"), await saveCard(context, tablet, "タブレット"), await saveCard(context, phone, "花子"),
  ];
  for (const card of [tabletCard, phoneCard]) await takeCard(shop, card);
  for (const card of [shopCard, tabletCard]) await takeCard(phone, card);
  // It knows the shop's card already: the handover brought it.
  await go(tablet, "/team");
  await says(tablet, "店");
  await takeCard(tablet, phoneCard);

  await takeIn(phone, await give(context, shop, "1.age"));
  await go(phone, "/");
  await until("the phone has both", async () => (await names(phone)).length === 2);

  // Apart: three sentences of one note, three names of one customer, three new customers.
  const write = async (browser, sentence, name, added) => {
    await rename(browser, "佐藤", name);
    await go(browser, "/");
    await openCustomer(browser, "髙橋");
    await editNote(browser, sentence);
    await go(browser, "/");
    await addCustomer(browser, added);
  };
  await write(shop, (text) => text.replace("本日", "昨日"), "佐藤 花（店）", "店の客");
  await write(tablet, (text) => text.replace("送る", "渡す"), "佐藤 花（板）", "板の客");
  await write(phone, (text) => text.replace("お茶", "お菓子"), "佐藤 花（電話）", "電話の客");

  // Twice around.
  for (const round of [1, 2]) {
    await takeIn(tablet, await give(context, phone, `phone-${round}.age`));
    await takeIn(shop, await give(context, tablet, `tablet-${round}.age`));
    await takeIn(phone, await give(context, shop, `shop-${round}.age`));
    if (round === 1) {
      await go(phone, "/conflicts");
      for (const mark of ["（店）", "（板）", "（電話）"]) await says(phone, mark);
      await until("one is chosen", () => phone.run(() => {
        const option = [...document.querySelectorAll(".conflict-option")].find((each) => each.textContent.includes("（板）"));
        option?.querySelector("button").click();
        return Boolean(option);
      }));
      // What was written into the note apart waits for a reader; it is merged already.
      await says(phone, "あと1件です");
    }
  }
  await takeIn(tablet, await give(context, phone, "phone-3.age"));
  const shown = [];
  for (const browser of [shop, tablet, phone]) {
    await go(browser, "/");
    await until("all five are there", async () => (await names(browser)).length === 5);
    const list = (await names(browser)).sort();
    await openCustomer(browser, "髙橋");
    shown.push([list, await noteText(browser)]);
  }
  assert.deepEqual(shown[0], shown[1]);
  assert.deepEqual(shown[0], shown[2]);
  assert.deepEqual(shown[0][0], ["佐藤 花（板）", "店の客", "板の客", "電話の客", "髙橋 一郎"].sort());
  assert.equal(shown[0][1], "昨日訪問。担当は山田様。見積を渡す。雨だった。お菓子を頂いた。");
}

function noteText(browser) {
  // Its date comes first.
  return browser.run(() => [...document.querySelectorAll(".entry.note .edit-value")].at(-1)?.textContent.trim());
}

/** Rewrites the only note of the page that is open. */
async function editNote(browser, change) {
  const before = await noteText(browser);
  await browser.run(() => [...document.querySelectorAll(".entry.note .edit-text")].at(-1).click());
  await until("the note is being rewritten", () => browser.run(() => document.activeElement?.matches(".entry.note textarea")));
  await set(browser, ".entry.note textarea", change(before));
  // A window behind another, as here, does not hear that a field is left.
  await browser.run(() => document.querySelector(".entry.note textarea").dispatchEvent(new FocusEvent("blur")));
  await until("the note is rewritten", async () => (await noteText(browser)) === change(before));
}
