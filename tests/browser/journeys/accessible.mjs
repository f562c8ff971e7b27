import { join } from "node:path";

import { begin, names, openCustomer, search, visit } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";

export const name = "axe finds nothing on any screen in either language, in light and dark, and pictures are kept";
export const browsers = ["chromium"];
export const seconds = 420;

const SCREENS = [
  "/", "/today", "/tasks", "/share", "/take-in", "/team", "/conflicts", "/ledger", "/backup", "/import", "/trash", "/settings",
];

export async function run(context) {
  const faults = [];
  const check = async (browser, label) => {
    await new Promise((done) => setTimeout(done, 400));
    await browser.screenshots(join(context.artifacts, label));
    faults.push(...(await browser.accessibilityFaults()).map((fault) => `${label}: ${fault}`));
  };
  for (const language of ["日本語", "English"]) {
    const browser = await context.start({ profile: language });
    const mark = language === "English" ? "en" : "ja";
    await visit(browser, context.url);
    await browser.find('form.door-card input[type="checkbox"]', 30);
    await check(browser, `${mark}-first-start`);
    await begin(browser, context.url, { sample: true, language });
    for (const scheme of ["light", "dark"]) {
      await browser.setScheme(scheme);
      for (const screen of SCREENS) {
        await browser.run((route) => { location.hash = `#${route}`; }, screen);
        await until("the screen is shown", () => browser.run(() => document.querySelector("main h1") !== null));
        await check(browser, `${mark}-${scheme}-${screen.slice(1) || "customers"}`);
      }
      for (const [keys, box] of [["Control+k", "find"], ["?", "keys"]]) {
        await browser.run(() => document.activeElement.blur());
        await browser.press(keys);
        await browser.find("dialog[open]");
        await check(browser, `${mark}-${scheme}-${box}`);
        await browser.press("Escape");
        await browser.gone("dialog[open]");
      }
      await browser.run(() => { location.hash = "#/"; });
      await browser.resize(1440);
      await search(browser, "佐藤");
      const name = (await names(browser))[0];
      await openCustomer(browser, name);
      await check(browser, `${mark}-${scheme}-customer`);
      await browser.resize(1440);
    }
    await browser.reload();
    await browser.find('input[autocomplete="current-password"]', 30);
    await check(browser, `${mark}-unlock`);
    await context.close(browser);
  }
  context.assert.deepEqual(faults, []);
}
