// The harness of the peers' benchmark: a copy of it that can be written to, and what it serves of ours.

import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const caches = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const place = join(process.env.DAIFUKU_TOOLS ?? join(caches, "daifuku"), "bench");

/** Where the figures of every run are kept. */
export const results = join(place, "results");

/** What the copy has and the original has not. */
const MADE = new Set(["node_modules", "data", "dist", "results", "wasm/dist", "wasm/target"]);

/** A copy of the harness in `source`, ready to run. `say` is told what takes long. */
export function prepareHarness(source, say) {
  const copy = join(place, "harness");
  const stamp = join(place, "stamp.json");
  const known = existsSync(stamp) ? JSON.parse(readFileSync(stamp, "utf8")) : {};
  const files = list(source);
  const wanted = { files: hash(source, files), packages: hash(source, ["package-lock.json"]) };
  if (known.files !== wanted.files) {
    for (const file of existsSync(copy) ? list(copy) : []) rmSync(join(copy, file));
    for (const file of files) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      cpSync(join(source, file), join(copy, file));
      chmodSync(join(copy, file), statSync(join(source, file)).mode | 0o200);
    }
  }
  if (known.packages !== wanted.packages) {
    say("Installing the peers.");
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: copy, stdio: ["ignore", 2, 2] });
  }
  if (known.files !== wanted.files || !existsSync(join(copy, "wasm/dist/simd.wasm"))) {
    say("Building the limits of wasm.");
    execFileSync("sh", ["wasm/build.sh"], { cwd: copy, stdio: ["ignore", "ignore", 2] });
  }
  writeFileSync(stamp, JSON.stringify(wanted));
  return copy;
}

/** The folders that are served as our peers: `dist` with the adapters, and the app's own way of using it. */
export function assemblePeers(dist) {
  const peers = { daifuku: join(place, "peers", "daifuku"), "daifuku-screen": join(place, "peers", "daifuku-screen") };
  rmSync(join(place, "peers"), { recursive: true, force: true });
  cpSync(dist, peers.daifuku, { recursive: true });
  for (const file of ["wire.js", "storage.js", "search.js"]) cpSync(join(here, "adapter", file), join(peers.daifuku, file));
  mkdirSync(peers["daifuku-screen"]);
  cpSync(join(here, "adapter", "screen.js"), join(peers["daifuku-screen"], "storage.js"));
  return peers;
}

/** Runs the harness; ends when it does. Its own words go to the error output. */
export function runHarness(copy, args) {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, ["run.mjs", ...args], { cwd: copy, stdio: ["ignore", 2, 2] });
    const end = () => child.kill();
    process.once("exit", end);
    child.on("error", failed);
    child.on("exit", () => process.off("exit", end));
    child.on("exit", (code) => (code === 0 ? done() : failed(new Error(`the harness ended with ${code}`))));
  });
}

function list(folder) {
  const files = [];
  const walk = (under) => {
    for (const entry of readdirSync(under, { withFileTypes: true })) {
      const path = relative(folder, join(under, entry.name));
      if (MADE.has(path)) continue;
      if (entry.isDirectory()) walk(join(under, entry.name));
      else files.push(path);
    }
  };
  walk(folder);
  return files.sort();
}

function hash(folder, files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update("\0").update(readFileSync(join(folder, file)));
  return hash.digest("hex");
}
