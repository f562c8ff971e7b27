// Measures how long a first visit takes on a slow phone in Chromium: from the navigation to the first screen that can
// be used, with a cold cache, a CPU that is slowed down 4 times, and the network that DevTools calls Fast 4G. The files
// come as a good static host sends them, in brotli. Then the same for the kept app, without a network limit.
// `node cold.mjs [ROUNDS] [DIST…]`: several builds take turns. Prints Markdown.

import { createServer } from "node:http";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

import { startBrowser } from "../browser/lib/browser.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const [rounds = "5", ...given] = process.argv.slice(2);
const builds = given.length ? given : [join(here, "..", "..", "dist")];
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".png": "image/png", ".webmanifest": "application/manifest+json" };
// What DevTools means by it: 9 Mbit/s down and 1.5 Mbit/s up, of which 90 % come through, 60 ms that count 2.75 times.
const FAST_4G = { offline: false, latency: 165, downloadThroughput: (9e6 * 0.9) / 8, uploadThroughput: (1.5e6 * 0.9) / 8 };
const FIELD = 'form.door-card input:not([type="checkbox"])';

const servers = await Promise.all(builds.map(serve));
const figures = builds.map(() => ({ first: [], kept: [], kilobytes: 0 }));
for (let round = 0; round < Number(rounds); round++) {
  for (const [at, server] of servers.entries()) await measure(server, figures[at]);
}
console.log("| build | first visit, ms to a screen that can be used | KB until then | kept app, ms |\n| --- | ---: | ---: | ---: |");
for (const [at, { first, kept, kilobytes }] of figures.entries()) {
  console.log(`| ${builds[at]} | ${median(first)} (${first.join(", ")}) | ${kilobytes} | ${median(kept)} (${kept.join(", ")}) |`);
}
process.exit(0);

async function measure(server, figure) {
  const folder = await mkdtemp(join(tmpdir(), "daifuku-cold-"));
  const browser = await startBrowser("chromium", { profile: join(folder, "profile"), downloads: folder, origins: [new URL(server.url).origin] });
  try {
    await browser.open("about:blank");
    await browser.devtools("Network.enable");
    await browser.devtools("Network.emulateNetworkConditions", FAST_4G);
    await browser.devtools("Emulation.setCPUThrottlingRate", { rate: 4 });
    server.sent = 0;
    figure.first.push(await usable(browser, server));
    figure.kilobytes = Math.round(server.until / 1000);
    await browser.devtools("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
    // The service worker keeps everything before the second visit.
    await browser.run(() => new Promise((done) => {
      const look = async () => ((await caches.keys()).length && navigator.serviceWorker.controller ? done() : setTimeout(look, 200));
      look();
    }));
    await new Promise((done) => setTimeout(done, 2000));
    await browser.open("about:blank");
    figure.kept.push(await usable(browser, server));
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Milliseconds from the navigation until the field is there and a frame was drawn with it. */
async function usable(browser, server) {
  await browser.open(server.url);
  const time = await browser.run((selector) => new Promise((done) => {
    const look = () => {
      if (!document.querySelector(selector)) return requestAnimationFrame(look);
      const seen = performance.getEntriesByName("usable")[0]?.startTime ?? performance.now();
      requestAnimationFrame(() => done(Math.round(seen)));
    };
    look();
  }), FIELD);
  server.until ??= server.sent;
  return time;
}

/** Serves a build, with a mark put where the field comes: the driver looks too late. */
async function serve(root) {
  const files = new Map();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const name = file.slice(root.length + 1);
    let bytes = await readFile(file);
    if (name === "boot.js") {
      const mark = `new MutationObserver((_, observer) => { if (document.querySelector(${JSON.stringify(FIELD)})) { observer.disconnect(); performance.mark("usable"); } }).observe(document.body, { childList: true, subtree: true });\n`;
      bytes = Buffer.concat([Buffer.from(mark), bytes]);
    }
    const packed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
    files.set(name, { packed, type: TYPES[extname(name)] ?? "application/octet-stream", bytes });
  }
  // The service worker checks every file: it is told the sum of the one that was marked.
  const { createHash } = await import("node:crypto");
  const sum = createHash("sha256").update(files.get("boot.js").bytes).digest("hex");
  const worker = Buffer.from(files.get("sw.js").bytes.toString().replace(/("boot\.js": ")[0-9a-f]+/, `$1${sum}`));
  files.set("sw.js", { packed: brotliCompressSync(worker), type: TYPES[".js"], bytes: worker });
  const state = { sent: 0, until: undefined, url: "" };
  const server = createServer((request, response) => {
    const found = files.get(new URL(request.url, "http://x").pathname.slice(1) || "index.html");
    if (!found) return response.writeHead(404).end();
    state.sent += found.packed.length;
    response.writeHead(200, { "Content-Type": found.type, "Content-Encoding": "br", "Cache-Control": "no-cache" }).end(found.packed);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  state.url = `http://127.0.0.1:${server.address().port}/`;
  return state;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
