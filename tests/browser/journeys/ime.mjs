import { PASSPHRASE, focus, press, set, visit } from "../lib/app.mjs";
import { sleep, until } from "../lib/browser.mjs";

export const name = "the Enter that confirms a conversion never submits or saves, in either order of events; the next one does";

/** What browsers send: all but WebKit confirm with an Enter inside of the composition, WebKit right after it. */
const ORDERS = [
  { isComposing: true, keyCode: 13, after: false },
  { isComposing: true, keyCode: 229, after: false },
  { isComposing: false, keyCode: 229, after: true },
];
const ONE = ORDERS.slice(2);

export async function run(context) {
  const { assert } = context;
  const browser = await context.start();
  const value = (css) => browser.run((selector) => document.querySelector(selector)?.value, css);
  const entries = (css) => browser.run((selector) => [...document.querySelectorAll(selector)].map((each) => each.textContent), css);
  const listed = () => entries(".window-list-row:not([hidden]) .customer-row-name");

  // A form that the browser itself submits at Enter: it says at once what is missing.
  const passphrase = "form.door-card .passphrase input";
  await visit(browser, context.url);
  await browser.find(passphrase, 30);
  await compose(browser, passphrase, "ひろい", "広い");
  await sleep(100);
  assert.deepEqual(await entries(".field-error:not(:empty)"), []);
  await browser.press("Enter");
  await until("the form was submitted", async () => (await entries(".field-error:not(:empty)")).length === 1);
  await set(browser, passphrase, PASSPHRASE);
  await browser.click('form.door-card input[type="checkbox"]');
  await browser.click('form.door-card button[type="submit"]');
  await browser.find(".first-start-later button", 30);
  await browser.click(".first-start-later button");

  // A dialog, which learns the reading from what was converted.
  await press(browser, ".empty .button", "まず1人登録する");
  await compose(browser, "#add-customer-name", "たかはし", "高橋", { orders: ONE });
  await sleep(100);
  assert.equal(await value("#add-customer-name"), "高橋");
  await browser.press("Enter");
  await browser.gone("dialog[open]");
  await until("the page is open", async () => (await entries(".name-name")).join().includes("高橋"));
  await until("the reading is there", async () => (await entries(".name-reading")).join().includes("タカハシ"));

  // The search box answers while one converts, and keeps the focus.
  const search = "#customers-search";
  await compose(browser, search, "たかはし", "高橋", { orders: ONE });
  assert.match((await focus(browser)).at, /customers-search/);
  await until("the customer is found", async () => (await listed()).join() === "高橋");
  await browser.press("Enter");
  assert.match((await focus(browser)).at, /customers-rows/);

  // A text that is edited in place is not saved while one converts, however long that takes.
  await browser.click(".name-name .edit-text");
  const field = ".name-name .edit-field";
  await compose(browser, field, "さ", "様", { orders: ONE, end: false });
  await sleep(1200);
  assert.deepEqual(await listed(), ["高橋"]);
  await compose(browser, field, "はなこ", "花子", { orders: ONE, start: false });
  assert.equal(await value(field), "高橋花子");
  await browser.press("Enter");
  await until("the name is saved", async () => (await listed()).join() === "高橋花子");

  // A tag, a task and a note.
  await press(browser, ".card-tags .button", "＋ 付箋");
  await compose(browser, ".tags-line input", "じょうれん", "常連");
  await sleep(100);
  assert.deepEqual(await entries(".tags .chip"), []);
  await browser.press("Enter");
  await until("the tag is there", async () => (await entries(".tags .chip")).length === 1);

  const note = ".new-note textarea";
  await compose(browser, note, "でんわ", "電話", { ctrlKey: true });
  await sleep(100);
  assert.notEqual(await value(note), "");
  await browser.press("Enter");
  assert.ok((await value(note)).endsWith("電話\n"), "Enter makes a new line");
  assert.deepEqual(await entries(".entry.note"), []);
  await browser.press("Control+Enter");
  await until("the note is there", async () => (await entries(".entry.note")).length === 1);

  await press(browser, ".composer .tab", "やること");
  const title = ".new-task input[type=text]";
  await compose(browser, title, "れんらく", "連絡");
  await sleep(100);
  assert.deepEqual(await entries(".entry.task"), []);
  await browser.press("Enter");
  await until("the task is there", async () => (await entries(".entry.task .task-title")).join().includes("連絡"));
}

/**
 * Converts `kana` to `text` in a field, with the events that an input method makes, once for each of the `orders`.
 * Without `end` the composition stays open, for a second call without `start`.
 */
function compose(browser, css, kana, text, { orders = ORDERS, ctrlKey = false, start = true, end = true } = {}) {
  return browser.run(async (selector, words, orders, ctrlKey, start, end) => {
    const field = document.querySelector(selector);
    field.focus();
    const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    const { set } = Object.getOwnPropertyDescriptor(kind.prototype, "value");
    const tell = async (event) => {
      field.dispatchEvent(event);
      await new Promise((done) => setTimeout(done));
    };
    const compose = (type, data) => tell(new CompositionEvent(type, { bubbles: true, data }));
    for (const { after, ...key } of orders) {
      if (start) field.dataset.before = field.value;
      const enter = () => tell(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ctrlKey, ...key }));
      if (start) await compose("compositionstart", "");
      for (const data of words) {
        await compose("compositionupdate", data);
        set.call(field, field.dataset.before + data);
        await tell(new InputEvent("input", { bubbles: true, isComposing: true, inputType: "insertCompositionText", data }));
      }
      if (!end) return;
      if (!after) await enter();
      await compose("compositionend", words.at(-1));
      if (after) await enter();
    }
  }, css, [kana, text], orders, ctrlKey, start, end);
}
