import { begin, count, focus, says } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";

export const name = "everything on the way from the passphrase to a saved note is done by keyboard, and the focus is always seen";

const PASSPHRASE = "winter orange paper river";

export async function run(context) {
  const { assert } = context;
  const browser = await context.start();
  const at = async () => {
    const { at, words, fault } = await focus(browser);
    assert.equal(fault, null, `the focus at ${at} (${words}) is not seen`);
    return `${at} ${words}`;
  };
  /** Presses Tab (or Shift+Tab) until what has the focus fits; everything on the way must show its focus. */
  const walk = async (pattern, key = "Tab", most = 30) => {
    const way = [];
    while (way.length < most) {
      await browser.press(key);
      way.push(await at());
      if (pattern.test(way.at(-1))) return;
    }
    assert.fail(`${pattern} is not on the way: ${way.join(", ")}`);
  };
  const waitForFocus = (pattern) => until(`the focus is at ${pattern}`, async () => pattern.test((await focus(browser)).at));

  await begin(browser, context.url, { sample: true, passphrase: PASSPHRASE });
  await browser.reload();
  await browser.find('input[autocomplete="current-password"]', 30);
  await waitForFocus(/^input/);
  await at();
  await browser.press(...PASSPHRASE, "Enter");
  await browser.find("#customers-search", 30);
  await until("the list is there", async () => (await count(browser)) === 300);
  await walk(/^button\.skip/);

  await browser.press("/");
  assert.match(await at(), /^input#customers-search/);
  await browser.press(..."佐藤");
  await until("the list answers", () => browser.run(() => document.querySelector(".customer-row mark") !== null));
  await browser.press("ArrowDown");
  assert.match(await at(), /^div#customers-rows/);
  await browser.press("ArrowDown");
  const active = () => browser.run(() => {
    const id = document.getElementById("customers-rows").getAttribute("aria-activedescendant");
    return [id, document.getElementById(id).querySelector(".customer-row-name").textContent];
  });
  const [id, customer] = await active();
  assert.equal(id, "customers-rows-1");
  await browser.press("Enter");
  await until("the page is open", () => browser.run((text) => document.querySelector(".name-name")?.textContent.includes(text), customer));
  assert.match(await at(), /^div#customers-rows/);

  // A note of two lines.
  await walk(/^textarea/);
  await browser.press(..."電話があった", "Enter", ..."明日折り返す");
  await browser.press("Control+Enter");
  await until("the note is saved", () => browser.run(() =>
    [...document.querySelectorAll(".entry.note .edit-value")].some((each) => each.textContent === "電話があった\n明日折り返す")));
  assert.match(await at(), /^textarea/);
  assert.equal(await browser.run(() => document.activeElement.value), "");

  // Escape leaves a menu, a dialog and a field that is edited, and the focus is where it was.
  await walk(/^button\.edit-text お名前/, "Shift+Tab");
  await browser.press("Enter", ..."ううう");
  assert.match(await at(), /^input/);
  await browser.press("Escape");
  await waitForFocus(/^button\.edit-text/);
  assert.match(await at(), new RegExp(`お名前: ${customer}`));
  await walk(/^summary/, "Shift+Tab");
  await browser.press("Enter", "Tab");
  assert.match(await at(), /^button\.menu-item 変更の履歴/);
  await browser.press("Escape");
  assert.match(await at(), /^summary/);
  await browser.press("Enter", "Tab", "Enter");
  await browser.find("dialog[open]");
  await at();
  await browser.press("Escape");
  await browser.gone("dialog[open]");
  assert.match(await at(), /^summary/);

  await browser.press("/");
  assert.match(await at(), /^input#customers-search/);
  await browser.press("Escape");
  await until("all are there again", async () => (await count(browser)) === 300);
  await walk(/^button.*追加/);
  await browser.press("Enter");
  await waitForFocus(/^input#add-customer-name/);
  await at();
  await browser.press("Escape");
  await browser.gone("dialog[open]");
  assert.match(await at(), /^button.*追加/);

  await walk(/^a.*やること/, "Shift+Tab");
  await browser.press("Enter");
  await says(browser, "期限切れ");
  await waitForFocus(/^main/);
}
