// What a user does with the app, in the words of the journeys.

import { readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";

import { until } from "./browser.mjs";

export const PASSPHRASE = "ひろい うみ しずかな やま あおい そら";

const SEARCH = "#customers-search";

/** Opens the app for the first time and makes a notebook; `sample` puts invented customers in. */
export async function begin(browser, url, { sample = false, language = "日本語", passphrase = PASSPHRASE, device = "" } = {}) {
  await visit(browser, url);
  await browser.find('form.door-card input[type="checkbox"]', 30);
  if (language !== "日本語") await choose(browser, language);
  await set(browser, 'form.door-card input[autocomplete="new-password"], form.door-card .passphrase input', passphrase);
  if (device) await set(browser, 'form.door-card input[autocomplete="name"]', device);
  await browser.click('form.door-card input[type="checkbox"]');
  await browser.click(sample ? ".first-start-sample button" : 'form.door-card button[type="submit"]');
  // The recovery sheet can be made later.
  await browser.find(`.first-start-later button, ${SEARCH}`, 30);
  if (await browser.count(".first-start-later button")) await browser.click(".first-start-later button");
  await browser.find(SEARCH, 30);
  if (sample) await until("the sample is in the list", async () => (await count(browser)) === 300, 40);
}

/** Opens the app anew at the list of customers. */
export async function visit(browser, url) {
  const here = await browser.run(() => location.href.split(/[?#]/)[0]).catch(() => "");
  if (here !== url) return browser.open(`${url}#/`);
  // Another fragment alone would not load it.
  await browser.run(() => history.replaceState(null, "", "#/"));
  return browser.reload();
}

/** Unlocks the notebook that is here. */
export async function unlock(browser, url, passphrase = PASSPHRASE) {
  await visit(browser, url);
  await tryPassphrase(browser, passphrase);
  await browser.find(SEARCH, 30);
}

/** Types a passphrase on the screen that asks for one, and presses Enter. */
export async function tryPassphrase(browser, passphrase) {
  // The settings have such a field too.
  const field = '.door-card input[autocomplete="current-password"]';
  await browser.find(field, 30);
  await set(browser, field, passphrase);
  await browser.click('.door-card button[type="submit"]');
}

/** Sets a field as typing or pasting would: drivers can't type every script into a password field. */
export async function set(browser, selector, text) {
  await browser.find(selector);
  await browser.run(
    (css, value) => {
      const input = document.querySelector(css);
      input.focus();
      const kind = input instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
      Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(input, value);
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    },
    selector,
    text,
  );
}

/** Fills in the new passphrase, twice where it is asked for twice. */
export function choosePassphrase(browser, text) {
  return browser.run((value) => {
    for (const input of document.querySelectorAll('input[autocomplete="new-password"]')) {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, value);
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
  }, text);
}

/** Chooses a day or an option, as the browser's own calendar and menus do. */
export async function change(browser, selector, value) {
  await browser.find(selector);
  await browser.run((css, chosen) => {
    const field = document.querySelector(css);
    field.value = chosen;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }, selector, value);
}

/** Chooses the radio button with this label. */
export async function choose(browser, label) {
  await browser.run((text) => {
    const found = [...document.querySelectorAll("label")].find((each) => each.textContent.trim() === text);
    found.querySelector("input").click();
  }, label);
}

/** How many customers the list says it has. */
export function count(browser) {
  return browser.run(() => {
    const text = document.querySelector(".customers-count")?.textContent ?? "";
    return /\d/.test(text) ? Number(text.replace(/\D/g, "")) : undefined;
  });
}

/** Searches, and waits until the list shows what was found for this text. */
export async function search(browser, text) {
  await set(browser, SEARCH, text);
  await until(`the list answers to ${text}`, () => browser.run(() => document.querySelector(".customer-row mark, .customers .empty") !== null));
  // What was marked for the search before may stand there for one more answer.
  await new Promise((done) => setTimeout(done, 300));
}

/** The names that the list shows. */
export function names(browser) {
  return browser.run(() => [...document.querySelectorAll(".customer-row-name")]
    .filter((each) => each.checkVisibility()).map((each) => each.textContent));
}

/** The phones that the list shows. */
export function phones(browser) {
  return browser.run(() => [...document.querySelectorAll(".customer-row-phone")]
    .filter((each) => each.checkVisibility()).map((each) => each.textContent));
}

/** Opens the page of the customer with this name. */
export async function openCustomer(browser, name) {
  await until(`${name} is in the list`, () => browser.run((text) => {
    const rows = [...document.querySelectorAll(".window-list-row:not([hidden])")];
    const found = rows.find((each) => each.textContent.includes(text));
    found?.click();
    return Boolean(found);
  }, name));
  await until(`the page of ${name} is open`, () => browser.run((text) => document.querySelector(".new-note") !== null
    && document.querySelector(".name-name")?.textContent.includes(text), name));
}

/** Writes a note on the page that is open, and waits until it is in the timeline, which shows what is saved. */
export async function writeNote(browser, text) {
  await set(browser, ".new-note textarea", text);
  await browser.click(".new-note button.primary");
  await until("the note is in the timeline", () => browser.run(
    (note) => document.querySelector(".new-note textarea").value === "" && document.body.textContent.includes(note), text));
}

/** Goes to a screen by its address: `/tasks`, `/trash`, `/settings`, `/import`, `/`. */
export async function go(browser, route) {
  await browser.run((hash) => { location.hash = hash; }, `#${route}`);
  await until("the screen is shown", () => browser.run(() => document.querySelector("main h1") !== null));
}

/** Adds a customer with this name, whose page is open then. */
export async function addCustomer(browser, name) {
  await browser.click(".customers-search .primary");
  await set(browser, "#add-customer-name", name);
  await browser.click(".add-customer .primary");
  await until(`the page of ${name} is open`, () => browser.run((text) => document.querySelector(".name-name")?.textContent.includes(text), name));
}

/** Presses the button with this word inside of an element: `.menu-item`s are found even if their menu is folded. */
export async function press(browser, selector, word) {
  await until(`there is ${word} to press`, () => browser.run((css, text) => {
    const found = [...document.querySelectorAll(css)].find((each) => each.textContent.trim().startsWith(text));
    found?.click();
    return Boolean(found);
  }, selector, word));
}

/** Waits until the screen says this; also below what is seen. */
export function says(browser, text, seconds) {
  const words = (part) => document.getElementById("app").textContent.includes(part);
  return until(`the screen says ${text}`, () => browser.run(words, text), seconds);
}

/**
 * What has the focus: its tag with id and class, its words, and what is wrong with how it shows that, if anything.
 * A list shows its focus at the active row; a radio button or a box to tick at the word beside it.
 */
export function focus(browser) {
  return browser.run(() => {
    const element = document.activeElement;
    const row = element.matches(".window-list") && element.querySelector(".active:not([hidden])");
    const marked = [row || element, element.nextElementSibling, element.closest("label")].filter(Boolean).some((each) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(each);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    });
    const box = (row || element).getBoundingClientRect();
    const over = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 30));
    const seen = over && (element.contains(over) || over.contains(element));
    return {
      at: `${element.localName}${element.id && `#${element.id}`}${[...element.classList].map((name) => `.${name}`).join("")}`,
      words: (element.getAttribute("aria-label") ?? element.textContent).trim().slice(0, 40),
      fault: !marked ? "no outline" : !seen ? `covered by ${over?.localName}.${over?.className}` : null,
    };
  });
}

/** The text of a CSV file of invented customers. */
export function csv(rows) {
  const line = (number) => [`取込 太郎${number}`, `トリコミ タロウ${number}`, `03-0000-${String(number).padStart(4, "0")}`,
    `t${number}@example.jp`, `東京都千代田区${number}`, `${"玄関の修理を承った。".repeat(12)}${number}`].join(",");
  return `\uFEFF${["お名前,フリガナ,電話,メール,住所,メモ", ...Array.from({ length: rows }, (_, number) => line(number))].join("\r\n")}\r\n`;
}

/** Waits for the file whose download begins with this, and moves it to `target`. */
export async function downloaded(context, start, target) {
  const folder = join(context.folder, "downloads");
  let found;
  await until(`${start} was downloaded`, async () => {
    const files = await readdir(folder).catch(() => []);
    found = files.find((file) => file.startsWith(start) && !/\.(crdownload|part|tmp)$/.test(file));
    return found && (await stat(join(folder, found))).size > 0;
  }, 30);
  const path = join(context.folder, target);
  await rename(join(folder, found), path);
  return path;
}

/** Chooses a CSV file on the screen of imports and starts to take it in. */
export async function startImport(browser, file) {
  await go(browser, "/import");
  await browser.type('input[type="file"]', file);
  await until("the preview shows rows", () => browser.run(() => document.querySelector(".preview tbody tr") !== null), 20);
  await press(browser, "main .button.primary", "約");
}
