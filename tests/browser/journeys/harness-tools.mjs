// What other journeys rely on: profiles that survive a kill, texts found on disk, sizes, schemes, axe.

import { stat } from "node:fs/promises";

import { WIDTHS } from "../lib/browser.mjs";

export const name = "the harness kills and restarts, reads the disk, resizes, darkens and runs axe";

const PAGE = `<!DOCTYPE html><html lang="en"><head><title>Page</title><script type="module" src="page.js"></script>
  </head><body><main><h1>Page</h1><img src="icon.svg" width="9" height="9"></main></body></html>`;

const SCRIPT = `
  const open = () => new Promise((done, failed) => {
    const request = indexedDB.open("kept", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("rows");
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const finish = (transaction) => new Promise((done, failed) => {
    transaction.oncomplete = () => done();
    transaction.onabort = () => failed(transaction.error);
  });
  window.keep = async (key, value) => {
    const transaction = (await open()).transaction("rows", "readwrite", { durability: "strict" });
    transaction.objectStore("rows").put(value, key);
    await finish(transaction);
  };
  window.kept = async (key) => {
    const transaction = (await open()).transaction("rows");
    const request = transaction.objectStore("rows").get(key);
    await finish(transaction);
    return request.result;
  };`;

export async function run(context) {
  const { assert } = context;
  const icon = "<svg xmlns='http://www.w3.org/2000/svg'/>";
  const files = { "index.html": PAGE, "page.js": SCRIPT, "icon.svg": icon, "favicon.ico": "" };
  const server = await context.serve({ files });
  let browser = await context.start({ scheme: "dark" });
  const open = async () => {
    await browser.open(server.url);
    await browser.run(async () => {
      while (!window.kept) await new Promise((done) => setTimeout(done, 20));
    });
  };
  await open();

  assert.equal(await browser.run(() => matchMedia("(prefers-color-scheme: dark)").matches), true);
  assert.equal(await browser.run(() => navigator.language.slice(0, 2)), "ja");
  for (const width of WIDTHS) {
    await browser.resize(width);
    assert.equal(await browser.run(() => innerWidth), width);
  }
  await browser.screenshots(context.artifacts);
  for (const width of WIDTHS) assert.ok((await stat(`${context.artifacts}-${width}.png`)).size > 0);

  const faults = await browser.accessibilityFaults();
  assert.equal(faults.length, 1, faults.join("\n"));
  assert.match(faults[0], /^image-alt:/);

  assert.deepEqual(await context.findOnDisk(browser, ["大福帳0417", "absent0417"]), []);
  await browser.run((value) => window.keep("row", value), "a line: 大福帳0417");
  if (context.kind !== "webkit") {
    const found = await context.findOnDisk(browser, ["大福帳0417", "absent0417"]);
    assert.ok(found.length > 0 && found.every(({ text }) => text === "大福帳0417"), JSON.stringify(found));
    browser = await context.killAndRestart(browser);
    await open();
    assert.equal(await browser.run(() => window.kept("row")), "a line: 大福帳0417");
  }

  await server.pause();
  assert.equal(await browser.run(() => fetch("page.js").then(() => "reached", () => "offline")), "offline");
  await server.resume();
  assert.equal(await browser.run(() => fetch("page.js").then(() => "reached", () => "offline")), "reached");
  context.expectProblem(/ERR_CONNECTION_REFUSED|page\.js/);
}
