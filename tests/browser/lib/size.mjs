// Checks what a first visit downloads against the budget: brotli, as a good static host sends it.
// node size.mjs FOLDER

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const KB = 1000;

// Each binary with its script. The door of the app is what a first visit waits for; the notebook is loaded while the
// passphrase is being typed, the screens behind "More" when they are wanted or nothing else is going on, the bundler
// only when a bundle is made or opened. The limits hold what is there now, so that nothing grows unseen; the goal of
// the engine, 300 KB, is not reached yet.
const BUDGETS = [
  { part: "engine", limit: 575 * KB, owns: (name) => /^engine[._]/.test(name) },
  { part: "sealer", limit: 90 * KB, owns: (name) => /^sealer[._]/.test(name) },
  { part: "bundler", limit: 350 * KB, owns: (name) => /^bundler[._]/.test(name) },
  { part: "screens", limit: 190 * KB, owns: (name) => /^split_screens-/.test(name) },
  { part: "notebook", limit: 235 * KB, owns: (name) => /^split_notebook-|^chunk_/.test(name) },
  { part: "door", limit: 200 * KB, owns: (name) => /\.(html|js|css|wasm)$/.test(name) },
];

const folder = process.argv[2] ?? "dist";
const sums = new Map(BUDGETS.map(({ part }) => [part, 0]));
for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  const owner = entry.isFile() && BUDGETS.find(({ owns }) => owns(entry.name));
  if (!owner) continue;
  const bytes = await readFile(join(entry.parentPath ?? entry.path, entry.name));
  const packed = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  sums.set(owner.part, sums.get(owner.part) + packed.length);
}

let over = false;
for (const { part, limit } of BUDGETS) {
  const sum = sums.get(part);
  const verdict = sum === 0 ? "missing" : sum <= limit ? "ok" : "too large";
  over ||= verdict !== "ok";
  console.log(`${part.padEnd(8)} ${(sum / KB).toFixed(1).padStart(7)} KB of ${limit / KB} KB  ${verdict}`);
}
process.exit(over ? 1 : 0);
