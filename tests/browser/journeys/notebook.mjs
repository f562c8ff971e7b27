import { PASSPHRASE, begin, count, names, openCustomer, phones, search, tryPassphrase, unlock, visit, writeNote } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";

export const name = "a notebook is made, searched, written in and found again, and the disk holds no readable word of it";
export const seconds = 180;

const NOTE = "蓬莱の松を届けた。来月また伺う約束。";

export async function run(context) {
  const { assert } = context;
  let browser = await context.start();
  await begin(browser, context.url, { sample: true });
  await context.expectNoRequest(async () => {
    await search(browser, "佐藤");
    const all = await names(browser);
    assert.ok(all.length > 0);
    assert.match(all[0], /佐藤/);
    await openCustomer(browser, all[0]);
    await writeNote(browser, NOTE);
    await search(browser, "蓬莱の松");
    await until("the new note is found", async () => (await names(browser)).length === 1);
    assert.deepEqual(await names(browser), [all[0]]);
  });
  const [customer] = await names(browser);
  const phone = (await phones(browser))[0];

  // WebKit keeps nothing on disk when it is driven, so there the page is only loaded anew.
  if (context.kind !== "webkit") {
    browser = await context.killAndRestart(browser);
    assert.deepEqual(await context.findOnDisk(browser, [NOTE, customer, phone, PASSPHRASE, "蓬莱"]), []);
  }
  await visit(browser, context.url);
  await tryPassphrase(browser, "これはちがう あいことば です");
  await until("a wrong passphrase is called wrong", () => browser.run(() => document.querySelector(".field-error")?.textContent.includes("合言葉")));
  await unlock(browser, context.url);
  await until("all customers are back", async () => (await count(browser)) === 300);
  await search(browser, "蓬莱");
  await until("the note is found again", async () => (await names(browser)).length === 1);
  await openCustomer(browser, customer);
  await until("the note is there", () => browser.run((text) => document.body.textContent.includes(text), NOTE));
}
