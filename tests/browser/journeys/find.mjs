import { addCustomer, begin, go, says } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";

export const name = "one box finds customers, notes, tasks and commands, by keyboard and by touch, and single keys can be switched off";
export const seconds = 120;

export async function run(context) {
  const { assert } = context;
  const browser = await context.start();
  await begin(browser, context.url, { sample: true });
  const options = () => browser.run(() => [...document.querySelectorAll(".find-option")].map((option) => ({
    text: option.textContent, name: option.querySelector(".find-main").textContent, active: option.getAttribute("aria-selected") === "true", group: option.closest(".find-group").getAttribute("aria-label"),
  })));
  const groups = async () => [...new Set((await options()).map(({ group }) => group))];
  const box = '.find input[role="combobox"]';
  const closed = () => browser.gone(box);
  const type = async (text) => {
    await browser.fill(box, text);
    await until(`something is found for ${text}`, async () => (await options()).some((option) => option.text.includes(text)));
  };

  // Anywhere, with nothing typed: who was looked at lately, and what can be done.
  await browser.press("Control+k");
  await browser.find(box);
  await until("the box has the focus", () => browser.run(() => document.activeElement.getAttribute("role") === "combobox"));
  await until("the groups are there", async () => (await groups()).join() === "最近のお客様,画面と操作");

  // What is found is marked, and the arrows go through all groups.
  await type("佐藤");
  await until("it is marked", async () => await browser.count(".find-option mark") > 0);
  const found = await options();
  assert.equal(found[0].active, true);
  await browser.press("ArrowDown");
  assert.equal((await options())[1].active, true);
  await browser.press("ArrowUp");
  await browser.press("ArrowUp");
  assert.equal((await options()).at(-1).active, true, "up from the first is the last");
  await browser.press("ArrowDown");
  await browser.press("Enter");
  await closed();
  await until("the page is open", () => browser.run((name) => document.querySelector(".name-name")?.textContent.includes(name), found[0].name));

  // The words that were searched are offered again.
  await browser.press("Control+k");
  await browser.find(box);
  await until("the search is offered", async () => (await options()).some(({ group, text }) => group === "最近探した言葉" && text === "佐藤"));
  await browser.press("Escape");
  await closed();

  // A task by its title leads to its customer; a command by a word of other programs.
  await browser.press("Control+k");
  await type("請求書");
  assert.ok((await groups()).includes("やること"));
  await browser.fill(box, "バックアップ");
  await until("the command is found", async () => (await options()).some(({ text }) => text === "控えを作る"));
  await browser.press("Enter");
  await closed();
  await until("the screen is open", () => browser.run(() => location.hash === "#/backup"));

  // By touch, from the button on every screen, on a phone.
  await browser.resize(390, 800);
  await go(browser, "/settings");
  await browser.click(".save-find");
  await type("佐藤");
  await browser.click(".find-option");
  await closed();
  await until("a page is open", () => browser.run(() => location.hash.startsWith("#/customer/")));
  await browser.resize(1280, 900);

  // Nothing found says so, with what to try.
  await go(browser, "/tasks");
  await browser.press("/");
  await browser.fill(box, "ぬぬぬぬぬ");
  await says(browser, "「ぬぬぬぬぬ」は見つかりませんでした");
  await browser.press("Escape");
  await closed();

  // Single keys.
  await browser.run(() => document.activeElement.blur());
  await browser.press("?");
  await says(browser, "ショートカットキー");
  await browser.press("Escape");
  await browser.press("g");
  await browser.press("t");
  await until("today is open", () => browser.run(() => location.hash === "#/today"));
  await browser.press("n");
  await browser.find("#add-customer-name");
  await browser.press("Escape");
  await go(browser, "/settings");
  await browser.run(() => { [...document.querySelectorAll(".check")].find((label) => label.textContent.includes("キー1つで操作する")).querySelector("input").click(); document.activeElement.blur(); });
  await browser.press("g");
  await browser.press("t");
  await browser.press("?");
  await new Promise((done) => setTimeout(done, 300));
  assert.equal(await browser.run(() => location.hash), "#/settings", "single keys are off");
  assert.equal(await browser.count("dialog[open]"), 0);
  await browser.press("Control+k");
  await browser.find(box);
  await browser.press("Escape");
  await go(browser, "/");
  await addCustomer(browser, "近道 花");
}
