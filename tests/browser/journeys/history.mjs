import { begin, count, go, names, openCustomer, press, says, search, set, writeNote } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";

export const name = "a field saves itself, its history brings the older value back, and a deleted customer comes back with everything";

export async function run(context) {
  const { assert } = context;
  const browser = await context.start();
  const isNamed = (text) => until(`the page is called ${text}`, () => browser.run(
    (wanted) => document.querySelector(".name-name .edit-value")?.textContent === wanted, text));

  await begin(browser, context.url, { sample: true });
  await search(browser, "佐藤");
  const [customer] = await names(browser);
  const renamed = `${customer}介`;
  await openCustomer(browser, customer);
  await writeNote(browser, "桜の盆栽を預かった。");
  await press(browser, ".name-name .edit-text", "お名前");
  await set(browser, ".name-name .edit-field", renamed);
  // The list knows only what is saved; the field is open still.
  await until("the name is saved without a word", async () => (await names(browser)).includes(renamed));
  await browser.click(".name-name .edit-field");
  await browser.press("Enter");
  await isNamed(renamed);
  await until("the focus is back", () => browser.run(() => document.activeElement.matches(".name-name .edit-text")));
  await press(browser, ".card-field .edit-text", "覚え書き");
  await set(browser, ".card-field textarea", "火曜は定休");
  await browser.press("Control+Enter");

  await press(browser, ".customer-head .menu-item", "変更の履歴");
  const history = () => browser.run(() => [...document.querySelectorAll("dialog[open] .history-entry")].map(
    (entry) => ["strong", "span", "span + span", "del", "ins"].map((css) => entry.querySelector(css).textContent)));
  await until("the history is there", async () => (await history()).some(([field]) => field === "覚え書き"));
  const lines = Object.fromEntries((await history()).map(([field, ...facts]) => [field, facts]));
  const [at, ...facts] = lines["お名前"];
  assert.deepEqual(facts, ["この端末", customer, renamed]);
  assert.ok(at.startsWith(`${new Date().getFullYear()}年`), at);
  assert.deepEqual(lines["覚え書き"].slice(1), ["この端末", "（なし）", "火曜は定休"]);

  // Back to what stood there, and back again.
  await browser.run(() => [...document.querySelectorAll("dialog[open] .history-entry")]
    .find((entry) => entry.textContent.startsWith("お名前")).querySelector("button").click());
  await isNamed(customer);
  await browser.gone("dialog[open]");
  await press(browser, ".toast:last-child button", "元に戻す");
  await isNamed(renamed);

  // The whole customer.
  await press(browser, ".customer-head .menu-item", "ごみ箱に入れる");
  await until("the customer is gone", async () => !(await names(browser)).includes(renamed));
  await go(browser, "/trash");
  await press(browser, ".trash-row button", `元に戻す: ${renamed}`);
  await browser.gone(".trash-row");
  await go(browser, "/");
  await search(browser, "盆栽");
  await until("the note is found", async () => (await names(browser)).join() === renamed);
  await openCustomer(browser, renamed);
  await says(browser, "桜の盆栽を預かった。");
  await says(browser, "覚え書き: 火曜は定休");
  await set(browser, "#customers-search", "");
  await until("nobody is missing", async () => (await count(browser)) === 300);
}
