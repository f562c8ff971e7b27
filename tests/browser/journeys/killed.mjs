import { begin, names, openCustomer, search, unlock, writeNote } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";

export const name = "what was saved is there after the browser is killed right after the save, and a draft comes back";
/** Not WebKit, which keeps nothing on disk when it is driven: nothing is there to be found again. */
export const browsers = ["chromium", "firefox"];
export const seconds = 240;

export async function run(context) {
  let browser = await context.start();
  await begin(browser, context.url, { sample: true });
  await search(browser, "VIP");
  const name = (await names(browser))[0];
  for (const round of [1, 2, 3]) {
    await openCustomer(browser, name);
    await writeNote(browser, `第${round}回の訪問。玄関の修理。`);
    // No wait: the timeline shows the note, so it is on disk.
    browser = await context.killAndRestart(browser);
    await unlock(browser, context.url);
    await search(browser, `第${round}回の訪問`);
  }
  await openCustomer(browser, name);
  for (const round of [1, 2, 3]) {
    await until(`note ${round} is there`, () => browser.run((text) => document.body.textContent.includes(text), `第${round}回の訪問`));
  }
  await browser.type(".new-note textarea", "Half a sentence");
  await until("the draft is kept", () => new Promise((done) => setTimeout(() => done(true), 1500)));
  browser = await context.killAndRestart(browser);
  await unlock(browser, context.url);
  await search(browser, "第3回の訪問");
  await openCustomer(browser, name);
  await until("the draft is back", () => browser.run(() => document.querySelector(".new-note textarea").value === "Half a sentence"));
}
