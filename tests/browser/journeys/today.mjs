import { readFile } from "node:fs/promises";

import { PASSPHRASE, addCustomer, begin, downloaded, go, press, says, set, tryPassphrase, writeNote } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";

export const name = "the day begins with what is due and the latest customers, and with a word of welcome when nothing is there";

export async function run(context) {
  const { assert } = context;
  const browser = await context.start();
  await begin(browser, context.url);
  await go(browser, "/today");
  await says(browser, "ようこそ");
  await press(browser, ".today .button", "お客様の画面へ");
  await until("the customers are open", () => browser.run(() => location.hash === "#/"));
  await addCustomer(browser, "今井 朝子");
  await writeNote(browser, "開店のお祝いに伺った。");

  // Whoever opens the app without saying where begins here.
  await browser.run(() => history.replaceState(null, "", location.pathname));
  await browser.reload();
  await tryPassphrase(browser, PASSPHRASE);
  await browser.find(".today", 30);
  await until("the customer is among the latest", () => browser.run(() => document.querySelector(".today-person")?.textContent.includes("今井 朝子")));
  await says(browser, "今日が期限のものはありません");
  assert.equal(await browser.run(() => document.querySelector(".nav-link[aria-current]").textContent.trim()), "今日");

  // A task that is due today comes up, and is done with one tap that can be taken back.
  await go(browser, "/tasks");
  await browser.click(".tasks-add > summary");
  await set(browser, ".new-task input[type=text]", "お礼の電話");
  await press(browser, ".due-shortcuts button", "今日");
  await press(browser, ".new-task .primary", "やることを追加");
  await go(browser, "/today");
  const due = () => browser.run(() => document.querySelector(".today .tasks-group")?.textContent ?? "");
  await until("the task is there", async () => (await due()).includes("お礼の電話"));
  await browser.run(() => document.querySelector(".today .task-box").click());
  await until("it is done", async () => (await due()) === "");
  await press(browser, ".toast:last-child button", "元に戻す");
  await until("it is back", async () => (await due()).includes("お礼の電話"));

  // The same for the calendar of a phone: without names unless they are wanted.
  await go(browser, "/tasks");
  await press(browser, ".tasks-calendar > summary", "スマートフォンのカレンダーに入れる");
  await press(browser, ".tasks-calendar .button", "カレンダーのファイルを作る");
  await says(browser, "1件のやることを入れました");
  // WebKit keeps no downloads when it is driven.
  if (context.kind !== "webkit") {
    await press(browser, ".tasks-calendar .button", "ファイルを保存する");
    const calendar = await readFile(await downloaded(context, "daifuku-tasks", "tasks.ics"), "utf8");
    assert.match(calendar, /^BEGIN:VCALENDAR\r\n[^]*SUMMARY:お礼の電話\r\n[^]*END:VCALENDAR\r\n$/);
    assert.ok(!calendar.includes("今井"));
  }
  await go(browser, "/today");
  await browser.click(".today-person");
  await until("the page is open", () => browser.run(() => location.hash.startsWith("#/customer/")));
}
