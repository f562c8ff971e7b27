import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { begin, count, csv, go, names, press, search, startImport } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";

export const name = "while 20,000 customers come in the search answers; a cancelled import leaves what it says, and imports are undone as one";

export async function run(context) {
  const { assert } = context;
  const [large, small] = [join(context.folder, "大.csv"), join(context.folder, "小.csv")];
  await writeFile(large, csv(20_000));
  await writeFile(small, csv(500));
  const browser = await context.start();
  await begin(browser, context.url, { sample: true });
  const report = () => browser.run(() => document.querySelector(".import .notice-box")?.textContent);

  await startImport(browser, large);
  await until("some are in the list", async () => await browser.count(".jobs progress[value]") === 1, 20);
  await go(browser, "/");
  await search(browser, "佐藤");
  assert.match((await names(browser))[0], /佐藤/);
  assert.equal(await browser.count(".jobs progress"), 1, "the import is still running");
  await press(browser, ".jobs button", "中止する");
  await browser.gone(".jobs");
  await go(browser, "/import");
  await until("the screen says what was left", async () => (await report())?.startsWith("途中で中止しました。"));
  const left = Number((await report()).replace(/\D/g, ""));
  assert.ok(left > 0 && left < 20_000, `${left} of 20,000`);
  await go(browser, "/");
  await browser.click(".customers-clear");
  await until(`${left} more are in the list`, async () => (await count(browser)) === 300 + left);

  await go(browser, "/import");
  await press(browser, ".import .button.danger", "この取り込みを元に戻す");
  // What the report said no longer holds: it makes room for the next file.
  await browser.find('input[type="file"]');
  await go(browser, "/");
  await until("only the others are left", async () => (await count(browser)) === 300, 60);

  // A finished import is undone where all of them stand.
  await startImport(browser, small);
  await until("all came in", async () => (await report())?.startsWith("500人の"), 20);
  await go(browser, "/settings");
  assert.match(await browser.text(".past-import"), /小\.csv/);
  await press(browser, ".past-import button", "この取り込みを元に戻す");
  await until("it is undone", () => browser.run(() => document.querySelector(".past-import").textContent.includes("元に戻しました")), 20);
  await go(browser, "/");
  await until("only the others are left", async () => (await count(browser)) === 300);
}
