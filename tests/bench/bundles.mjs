// Measures bundles in Chromium: making a backup of N invented customers, looking through it and merging it
// into an empty notebook; then a colleague who has everything, and 100 changes for them. Prints Markdown.
// `node bundles.mjs 10000 100000`

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { startBrowser } from "../browser/lib/browser.mjs";
import { startServer } from "../browser/lib/server.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "..", "dist");
const PASSPHRASE = "ひろい うみ しずかな やま あおい そら";
const sizes = process.argv.slice(2).map(Number);

console.log("| customers | make s | file MB | look through s | merge s | memory of the tab MB, making | looking | merging | longest task ms |");
console.log("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const size of sizes.length ? sizes : [10_000]) await measure(size);
process.exit(0);

async function measure(size) {
  const folder = await mkdtemp(join(tmpdir(), "daifuku-bundles-"));
  const files = {
    "bench.html": '<!DOCTYPE html><meta charset="utf-8"><title>bench</title><script type="module" src="bench.js"></script>',
    "bench.js": `import * as wire from "./wire.js"; Object.assign(globalThis, wire); globalThis.ready = true;`,
    "wire.js": await readFile(join(here, "adapter", "wire.js"), "utf8"),
  };
  const server = await startServer({ root: dist, files });
  const browser = await startBrowser("chromium", { profile: join(folder, "profile"), downloads: folder, origins: [new URL(server.url).origin] });
  try {
    const step = async (work, ...given) => {
      const watch = watchMemory(join(folder, "profile"));
      const seconds = await browser.run(work, ...given);
      return { seconds, megabytes: watch() };
    };
    await browser.driver.post("/timeouts", { script: 1_800_000, pageLoad: 60_000, implicit: 0 });
    await open(browser, server.url);
    await browser.run(async (customers, passphrase) => {
      const engine = (globalThis.one = new Engine(new URL("./", location.href)));
      await engine.hello();
      await engine.create(passphrase);
      await engine.job("AddSample", (writer) => {
        writer.number(customers);
        writer.byte(1);
        writer.signed(2026);
        writer.byte(11);
        writer.byte(24);
      });
      await engine.ask("Settle");
    }, size, PASSPHRASE);
    const made = await step(async (passphrase) => {
      globalThis.longest = 0;
      new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => (longest = Math.max(longest, duration)))).observe({ type: "longtask" });
      const began = performance.now();
      globalThis.file = await one.backup(passphrase);
      return (performance.now() - began) / 1000;
    }, PASSPHRASE);
    const bytes = await browser.run(() => file.size);
    // The same page takes the file into a notebook of its own: the first one is forgotten with its database.
    await browser.run(async (passphrase) => {
      await one.ask("Lock");
      one.end();
      await new Promise((done, failed) => {
        const gone = indexedDB.deleteDatabase("daifuku");
        gone.onsuccess = done;
        gone.onerror = failed;
        gone.onblocked = () => {};
      });
      const engine = (globalThis.two = new Engine(new URL("./", location.href)));
      await engine.hello();
      await engine.create(passphrase);
    }, PASSPHRASE);
    const looked = await step(async (passphrase) => {
      const began = performance.now();
      await two.preview(file, passphrase);
      return (performance.now() - began) / 1000;
    }, PASSPHRASE);
    const merged = await step(async () => {
      const began = performance.now();
      await two.merge();
      return (performance.now() - began) / 1000;
    });
    const longest = await browser.run(() => longest);
    const cells = [size, made.seconds.toFixed(1), (bytes / 1e6).toFixed(1), looked.seconds.toFixed(1), merged.seconds.toFixed(1),
      made.megabytes, looked.megabytes, merged.megabytes, longest ? longest.toFixed(0) : "< 50"];
    console.log(`| ${cells.join(" | ")} |`);
    await measureDelta(browser, server.url, files, folder, size);
  } finally {
    await browser.kill();
    await server.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A colleague takes in everything and says so; then what 100 changes cost on both sides. */
async function measureDelta(browser, url, files, folder, size) {
  const colleague = await startBrowser("chromium", { profile: join(folder, "colleague"), downloads: folder, origins: [new URL(url).origin] });
  try {
    await colleague.driver.post("/timeouts", { script: 1_800_000, pageLoad: 60_000, implicit: 0 });
    await open(colleague, url);
    const card = async (name) => ({ ...(await globalThis[name].ask("OwnCard")), replica: [...(await globalThis[name].ask("Team")).replica] });
    await colleague.run(async (passphrase) => {
      const engine = (globalThis.three = new Engine(new URL("./", location.href)));
      await engine.hello();
      await engine.create(passphrase);
    }, PASSPHRASE);
    const [mine, theirs] = [await browser.run(card, "two"), await colleague.run(card, "three")];
    await browser.run((text) => two.addColleague(text), theirs.text);
    await colleague.run((text) => three.addColleague(text), mine.text);
    // From one browser to the other: saved by the one, served to the other.
    const give = async (from, name, replica, everything) => {
      const target = `given-${Math.random()}.age`;
      const made = await from.run(async (engine, id, all, file) => {
        const began = performance.now();
        const blob = await globalThis[engine].give(Uint8Array.from(id), all);
        const seconds = (performance.now() - began) / 1000;
        const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: file });
        link.click();
        return { seconds, bytes: blob.size };
      }, name, replica, everything, target);
      let content;
      do {
        await new Promise((done) => setTimeout(done, 200));
        content = await readFile(join(folder, target)).catch(() => undefined);
      } while (content?.length !== made.bytes);
      files[target] = content;
      return { ...made, target };
    };
    const take = (into, name, target) => into.run(async (engine, file) => {
      const blob = await (await fetch(file)).blob();
      const began = performance.now();
      await globalThis[engine].preview(blob);
      const looked = performance.now();
      await globalThis[engine].merge();
      return { looked: (looked - began) / 1000, merged: (performance.now() - looked) / 1000 };
    }, name, target);
    const whole = await give(browser, "two", theirs.replica, true);
    await take(colleague, "three", whole.target);
    await take(browser, "two", (await give(colleague, "three", mine.replica, false)).target);
    await browser.run(async () => {
      const { known } = await two.openView(1);
      const rows = await two.allRows(1, known);
      const step = Math.floor(rows.length / 100);
      for (let at = 0; at < 100; at++) {
        const edit = { record: idOf(rows[at * step].id), kind: "customer", field: "memo", value: value.text(`変更 ${at}`) };
        await two.ask("Save", (writer) => writer.list([edit], (one) => writer.edit(one)));
      }
      await two.ask("Settle");
    });
    const delta = await give(browser, "two", theirs.replica, false);
    const taken = await take(colleague, "three", delta.target);
    console.log(`100 changes among ${size}: made in ${delta.seconds.toFixed(2)} s, ${(delta.bytes / 1000).toFixed(1)} kB ` +
      `(everything: ${(whole.bytes / 1e6).toFixed(1)} MB), looked through in ${taken.looked.toFixed(2)} s, merged in ${taken.merged.toFixed(2)} s`);
  } finally {
    await colleague.kill();
  }
}

async function open(browser, url) {
  await browser.open(new URL("bench.html", url).href);
  for (let tries = 0; tries < 200 && !(await browser.run(() => globalThis.ready)); tries++) await new Promise((done) => setTimeout(done, 50));
}

/** The most memory (resident, MB) of the largest renderer of a profile from now until asked. */
function watchMemory(profile) {
  let most = 0;
  const look = () => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        if (!command.includes("--type=renderer") || !command.includes(profile)) continue;
        const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1000;
        most = Math.max(most, resident);
      } catch {
        // It ended meanwhile.
      }
    }
  };
  const timer = setInterval(look, 100);
  return () => {
    clearInterval(timer);
    look();
    return Math.round(most);
  };
}
