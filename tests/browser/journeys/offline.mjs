import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { addCustomer, begin, go, names, openCustomer, press, says, set, tryPassphrase, unlock } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";

export const name = "the app opens without its server, takes a new version when a person says so, and files that are shared to it";
export const browsers = ["chromium", "firefox", "webkit"];
export const seconds = 240;

export async function run(context) {
  if (context.kind === "webkit") return openWithoutServer(context);
  const { assert } = context;
  const built = await readFile(join(context.dist, "sw.js"), "utf8");
  const version = (number) => built.replace(/const VERSION = "\w+"/, `const VERSION = "${number}"`);
  const files = {};
  const server = await context.serve({ root: context.dist, files });
  let browser = await context.start();
  await begin(browser, server.url);
  await addCustomer(browser, "髙橋 一郎");
  await isKept(browser, /^daifuku \/ \w{16}$/);

  // From a cold start with the server stopped: open, read, write, and work that needs the other worker.
  browser = await context.killAndRestart(browser);
  await server.pause();
  await unlock(browser, server.url);
  await openCustomer(browser, "髙橋");
  await go(browser, "/");
  await addCustomer(browser, "佐藤 花");
  await go(browser, "/backup");
  await press(browser, "main .button", "引っ越しのファイルを作る");
  await says(browser, "引っ越しのファイルができました", 30);
  await server.resume();

  // A version of which a file does not have its sum is not taken.
  context.expectProblem(/icon.svg is not of this version/);
  files["sw.js"] = version("broken").replace(/("icon.svg": ")\w{8}/, "$100000000");
  await update(browser);
  await until("the broken version is given up", () => browser.run(async () => {
    const { installing, waiting } = await navigator.serviceWorker.getRegistration();
    return !installing && !waiting;
  }), 20);

  // A new version waits for a press, and what is being typed is kept.
  files["sw.js"] = version("second");
  await go(browser, "/");
  await openCustomer(browser, "髙橋");
  await set(browser, ".new-note textarea", "書きかけのメモ");
  await update(browser);
  await says(browser, "新しい版の用意ができました", 30);
  assert.equal(await browser.run(() => document.querySelector(".new-note textarea").value), "書きかけのメモ");
  await press(browser, ".toast button", "切り替える");
  await browser.find(".door-card", 30);
  await isKept(browser, /^daifuku \/ second$/);
  await tryPassphrase(browser, "ひろい うみ しずかな やま あおい そら");
  await openCustomer(browser, "髙橋");
  await until("the draft is there", () => browser.run(() => document.querySelector(".new-note textarea").value === "書きかけのメモ"));

  // One that comes while nothing is open is taken by itself.
  await browser.click(".nav-lock");
  await browser.find(".door-card", 15);
  files["sw.js"] = version("third");
  await update(browser);
  await isKept(browser, /^daifuku \/ third$/);
  // It is loaded anew by then, or in a moment.
  await context.settle();
  await browser.find(".door-card", 15);

  // Another app shares a file: it is opened after the passphrase.
  await browser.run(async () => {
    const form = new FormData();
    form.append("files", new File(["何でもない文"], "紹介.txt", { type: "text/plain" }));
    await fetch("share", { method: "POST", body: form, redirect: "manual" });
  });
  await browser.open(`${server.url}?shared`);
  await tryPassphrase(browser, "ひろい うみ しずかな やま あおい そら");
  await says(browser, "紹介.txt", 20);
  assert.equal(await browser.run(() => location.search), "");
  await go(browser, "/");
  await until("both customers are there", async () => (await names(browser)).length === 2);
}

/** WebKit keeps no profile when it is driven: it opens again without the server in one life. */
async function openWithoutServer(context) {
  // What is observed is not what the worker's list says; below a path, and with the policy as a header too.
  const server = await context.serve({ root: context.dist, observe: false, policyHeader: true, base: "/deep/er/" });
  const browser = await context.start();
  await begin(browser, server.url);
  await addCustomer(browser, "髙橋 一郎");
  await isKept(browser, /^daifuku \/deep\/er\/ \w{16}$/);
  await server.pause();
  await unlock(browser, server.url);
  await until("the customer is there", async () => (await names(browser)).includes("髙橋 一郎"));
  await go(browser, "/backup");
  await press(browser, "main .button", "引っ越しのファイルを作る");
  await says(browser, "引っ越しのファイルができました", 30);
}

/** Lets the browser look for a new version, as it does by itself when a page is opened. */
function update(browser) {
  return browser.run(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    // The page may be loaded anew before this ends.
    void registration.update().catch(() => {});
  });
}

/** Waits until this version is complete, the only one, and the one that answers. */
function isKept(browser, pattern) {
  return until(`${pattern} is kept`, () => browser.run(async (text) => {
    const keys = await caches.keys();
    const active = navigator.serviceWorker.controller?.state === "activated";
    return active && keys.some((key) => new RegExp(text).test(key)) && keys.every((key) => !key.startsWith("daifuku ") || new RegExp(text).test(key));
    // The page may be loaded anew at this moment.
  }, pattern.source).catch(() => false), 30);
}
