import { isDeepStrictEqual } from "node:util";

import { addCustomer, begin, change, go, press, set } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";

export const name = "tasks come up when they are due, are ticked, repeat, and come back from the trash";

export async function run(context) {
  const { assert } = context;
  const browser = await context.start();
  /** The titles on the screen of tasks, by group; what was changed last stands last within a day. */
  const board = () => browser.run(() => Object.fromEntries(
    [...document.querySelectorAll(".tasks-group")].map((group) => [
      group.querySelector("h2").firstChild.data,
      [...group.querySelectorAll(".task-title .edit-value")].map((title) => title.textContent).sort(),
    ])));
  const shows = (wanted) => {
    let last;
    return until(() => `the tasks are ${JSON.stringify(wanted)}; they are ${JSON.stringify(last)}`, async () => {
      last = await board();
      return isDeepStrictEqual(last, wanted);
    });
  };
  /** Clicks on something of the task with this title. */
  const inTask = (title, css, word = "") => until(`there is ${css} ${word} at ${title}`, () => browser.run((text, selector, part) => {
    const row = [...document.querySelectorAll(".tasks-row")].find((each) => each.textContent.includes(text));
    const found = [...(row?.querySelectorAll(selector) ?? [])].find((each) => each.textContent.includes(part));
    found?.click();
    return Boolean(found);
  }, title, css, word));
  const undo = () => press(browser, ".toast:last-child button", "元に戻す");

  await begin(browser, context.url);
  await addCustomer(browser, "みどり生花店");
  await press(browser, ".composer .tab", "やること");
  const yesterday = await browser.run(() => {
    const day = new Date(Date.now() - 86_400_000);
    return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
  });
  const add = async (title, due, repeat) => {
    await set(browser, ".new-task input[type=text]", title);
    if (due === yesterday) await change(browser, ".new-task input[type=date]", due);
    else await press(browser, ".due-shortcuts button", due);
    if (repeat) await change(browser, ".new-task select", repeat);
    await press(browser, ".new-task .primary", "やることを追加");
    await until(`${title} is in the timeline`, () => browser.run(
      (text) => document.querySelector(".timeline").textContent.includes(text), title));
  };
  await add("請求書を送る", yesterday);
  await add("電話をする", "今日");
  await add("花を届ける", "明日");
  await add("水を替える", "今日", "day");

  await go(browser, "/tasks");
  const all = { 期限切れ: ["請求書を送る"], 今日: ["水を替える", "電話をする"], これから6日: ["花を届ける"] };
  await shows(all);
  assert.equal(await browser.text(".task-customer"), "みどり生花店");

  // Ticked and taken back.
  await inTask("電話をする", ".task-box");
  await shows({ 期限切れ: ["請求書を送る"], 今日: ["水を替える"], これから6日: ["花を届ける"], 済んだこと: ["電話をする"] });
  await undo();
  await shows(all);

  // A task that repeats is there again for the next day.
  await inTask("水を替える", ".task-box");
  await shows({ 期限切れ: ["請求書を送る"], 今日: ["電話をする"], これから6日: ["水を替える", "花を届ける"], 済んだこと: ["水を替える"] });
  await undo();
  await shows(all);

  // Another day, chosen in one tap.
  await inTask("請求書を送る", ".edit-date button");
  await inTask("請求書を送る", ".due-shortcuts button", "明日");
  const moved = { 今日: all["今日"], これから6日: ["花を届ける", "請求書を送る"] };
  await shows(moved);

  await inTask("電話をする", ".menu-item", "ごみ箱に入れる");
  await shows({ 今日: ["水を替える"], これから6日: moved["これから6日"] });
  await go(browser, "/trash");
  await press(browser, ".trash-row button", "元に戻す: 電話をする");
  await until("it is no longer in the trash", () => browser.run(
    () => !document.querySelector(".trash-rows").textContent.includes("電話をする")));
  await go(browser, "/tasks");
  await shows(moved);
}
