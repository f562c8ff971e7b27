import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { begin, count, names, phones, search } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";

export const name = "a CSV file of 2,000 customers comes in with a preview and a list of unread lines, and one undo takes it out";
export const seconds = 180;

export async function run(context) {
  const { assert } = context;
  const rows = ["お名前,フリガナ,電話,メール,住所,メモ"];
  for (let row = 0; row < 2000; row++) {
    rows.push(`取込 太郎${row},トリコミ タロウ${row},03-0000-${String(row).padStart(4, "0")},t${row}@example.jp,東京都千代田区${row},"覚え書き ${row}"`);
  }
  rows.splice(1000, 0, ",,,,,名前のない行");
  const file = join(context.folder, "名簿.csv");
  await writeFile(file, `\uFEFF${rows.join("\r\n")}\r\n`);

  const browser = await context.start();
  await begin(browser, context.url);
  await browser.run(() => { location.hash = "#/import"; });
  await browser.type('input[type="file"]', file);
  await until("the preview shows rows", () => browser.run(() => document.body.textContent.includes("取込 太郎0")), 20);
  await browser.run(() => {
    const buttons = [...document.querySelectorAll("main button.primary")];
    buttons.at(-1).click();
  });
  await until("the report names the unread line", () => browser.run(() => document.body.textContent.includes("1002") || document.body.textContent.includes("1,002") || document.body.textContent.includes("1001")), 60);
  await browser.run(() => { location.hash = "#/"; });
  await until("all are in the list", async () => (await count(browser)) === 2000, 30);
  await search(browser, "0300001234");
  await until("a phone number without hyphens finds its customer", async () => (await names(browser)).join() === "取込 太郎1234");
  assert.equal((await phones(browser))[0], "03-0000-1234");
}
