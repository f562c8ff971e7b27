import { PASSPHRASE, begin, tryPassphrase } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";

export const name = "a second tab does not open the notebook by itself, takes it over when told to, and the first one says so";
export const seconds = 120;

export async function run(context) {
  const browser = await context.start();
  await begin(browser, context.url);
  const [first] = await browser.tabs();
  await browser.openTab(`${context.url}#/`);
  const takeOver = { text: "ここで使う", in: "button" };
  await browser.find(takeOver, 20);
  await browser.click(takeOver);
  await tryPassphrase(browser, PASSPHRASE);
  await browser.find("#customers-search", 30);
  await browser.useTab(first);
  await until("the first tab no longer shows customers", () => browser.run(() => !document.querySelector("#customers-search")), 20);
}
