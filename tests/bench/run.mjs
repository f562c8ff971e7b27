// Measures the app beside its peers and prints Markdown: what is owed, what is reached, and all medians.

import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants } from "node:zlib";

import { VARIANTS } from "./adapter/wire.js";
import { assemblePeers, prepareHarness, results, runHarness } from "./harness.mjs";
import { LOAD, TARGETS, boundFor } from "./targets.mjs";

const HELP = `./dev bench [OPTION…]
    --sizes N,…       numbers of customers; 1000,10000
    --rounds N        rounds; peers take turns, and ratios are those of one round; 3
    --suites NAME,…   storage, search
    --peers NAME,…    beside ours, instead of the usual ones
    --limit SECONDS   time limit of each step; 900
    --report FILE     only print what an earlier run measured

The harness of the peers is looked for in $DAIFUKU_BENCH, or else in ../shared/bench.`;

const PEERS = {
  storage: ["dexie-encrypted", "sqlite3mc-chacha20", "sqlite3mc-chacha20-rowid", "limit-64k-strict", "limit-256k-strict", "limit-256k-deflate"],
  search: ["limit-wasm-scan", "limit-bigram", "flexsearch", "fts5-trigram"],
};
const OURS = ["daifuku", "daifuku-screen"];
/** Takes minutes to write so many customers. */
const TOO_SLOW = { "dexie-encrypted": 100_000 };
const COLUMNS = {
  storage: ["create_ms", "write_ms", "script_ms", "unlock_ms", "cold_list_ms", "cold_all_ms", "read_p50", "read_p95", "update_p50", "update_p95", "disk_mb", "renderer_mb", "wasm_mb"],
  search: ["build_ms", "top50_p50", "top50_p95", "all_p50", "all_p95", "recall", "precision", "typo_recall", "renderer_mb", "wasm_mb"],
};

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const dist = join(root, "dist");
const say = (text) => console.error(text);
const stop = (text) => process.exit((say(text), 1));

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const options = readOptions();
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const source = resolve(process.env.DAIFUKU_BENCH ?? join(root, "..", "shared", "bench"));
if (!existsSync(join(source, "run.mjs"))) {
  stop(`The harness of the peers is not in ${source}: say where it is with DAIFUKU_BENCH=….`);
}
if (!existsSync(join(dist, "index.html"))) stop("dist/ is missing: run ./dev build.");
checkVariants();

const copy = prepareHarness(source, say);
const { collect, load, table } = await import(join(copy, "report.mjs"));
const { fmt, median } = await import(join(copy, "lib", "stats.mjs"));

const file = options.report ? resolve(options.report) : await measure();
// Of an error, its stack is left out.
const rows = load([file]).map((row) => (row.error ? { ...row, error: row.error.split("\n")[0] } : row));
printHead();
printLoad();
for (const suite of Object.keys(TARGETS)) {
  for (const n of new Set(rows.filter((row) => row.suite === suite).map((row) => row.n))) printSuite(suite, n);
}
say(`All figures are in ${file}.`);
if (rows.some((row) => row.error && OURS.includes(row.peer))) process.exit(1);

// --- measuring ----------------------------------------------------------------------------------

async function measure() {
  const peers = Object.entries(assemblePeers(dist)).flatMap(([name, folder]) => ["--ext", `${name}=${folder}`]);
  mkdirSync(results, { recursive: true });
  const out = join(results, `${new Date().toISOString().replaceAll(":", "-")}.jsonl`);
  let built = [];
  for (const n of options.sizes) {
    for (const suite of options.suites) {
      const wanted = (options.peers ?? PEERS[suite]).filter((peer) => !(n >= TOO_SLOW[peer]));
      const only = `^(${[...OURS, ...wanted].join("|")})$`;
      const chosen = ["--suite", suite, "--sizes", n, "--rounds", options.rounds, "--limit", options.limit, "--only", only];
      await runHarness(copy, [...chosen, "--out", out, ...peers, ...built]);
      built = ["--no-build"];
    }
  }
  return out;
}

// --- printing -----------------------------------------------------------------------------------

function printHead() {
  const loads = rows.map((row) => row.load1);
  console.log("# Daifuku beside its peers\n");
  console.log(`${rows[0]?.at.slice(0, 10)}; processes that ran or waited after each measurement: ${fmt(median(loads))} (median), ${fmt(Math.max(...loads))} (most).`);
  console.log("A ratio is ours divided by the best of the peers named, in the same round; the median over rounds is shown.");
}

function printLoad() {
  console.log("\n## First load over the wire\n");
  console.log("| part | KB, brotli | first | reached | then | reached |\n| --- | ---: | ---: | --- | ---: | --- |");
  for (const { part, first, then } of LOAD) {
    const size = wireSize((name) => (part === "app" ? !/^(split|chunk)_/.test(name) && !LOAD.some((other) => name.startsWith(other.part) && other.part !== "app") : name.startsWith(part)));
    console.log(`| ${part} | ${size.toFixed(0)} | ≤ ${first} | ${yes(size <= first)} | ≤ ${then} | ${yes(size <= then)} |`);
  }
}

/** Kilobytes of the scripts, styles, pages and binaries in dist/ that belong to a part, as a good host sends them. */
function wireSize(owns) {
  const files = readdirSync(dist, { recursive: true }).filter((name) => /\.(html|js|css|wasm)$/.test(name) && owns(name));
  const packed = files.map((name) => {
    const bytes = readFileSync(join(dist, name));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    return brotliCompressSync(bytes, { params }).length;
  });
  return packed.reduce((sum, length) => sum + length, 0) / 1000;
}

function printSuite(suite, n) {
  console.log(`\n## ${suite}, ${n.toLocaleString("en")} customers\n`);
  console.log("| work | ours | first | measured | reached | then | measured | reached |");
  console.log("| --- | ---: | --- | ---: | --- | --- | ---: | --- |");
  for (const { work, peer, figure, first, then } of TARGETS[suite]) {
    const ours = new Map(figures(suite, n, peer, figure));
    const cells = [first, then].flatMap((bounds) => judge(boundFor(bounds, n), ours, suite, n, figure));
    console.log(`| ${work} | ${fmt(median([...ours.values()]))} | ${cells.join(" | ")} |`);
  }
  console.log(`\n${table(collect(rows, suite, n), { order: COLUMNS[suite] })}`);
}

/** The bound in words, what was measured of it, and whether that is enough. */
function judge({ ratio, peers, most, least }, ours, suite, n, figure) {
  if (most ?? least) {
    const worst = median([...ours.values()]);
    const reached = least ? worst >= least : worst <= most;
    return [least ? `≥ ${least}` : `≤ ${most}`, fmt(worst), yes(ours.size ? reached : null)];
  }
  if (!ratio) return ["–", "–", "–"];
  const theirs = peers.map((peer) => new Map(figures(suite, n, peer, figure)));
  const ratios = [...ours].flatMap(([round, value]) => {
    const best = Math.min(...theirs.map((values) => values.get(round) ?? Infinity));
    return Number.isFinite(best) ? [value / best] : [];
  });
  const measured = median(ratios);
  return [`≤ ${ratio} × ${peers.join(" or ")}`, fmt(measured), yes(ratios.length ? measured <= ratio : null)];
}

/** Pairs of a round and the figure of a peer in it. */
function figures(suite, n, peer, figure) {
  const own = rows.filter((row) => row.suite === suite && row.n === n && row.peer === peer && row.result);
  return own.map((row) => [row.round, row.result[figure]]).filter(([, value]) => value != null);
}

function yes(reached) {
  return reached === null ? "not measured" : reached ? "yes" : "**no**";
}

// --- small things -------------------------------------------------------------------------------

function readOptions() {
  const text = (fallback) => ({ type: "string", default: fallback });
  const chosen = { sizes: text("1000,10000"), rounds: text("3"), suites: text("storage,search"), peers: text(), limit: text("900"), report: text(), help: { type: "boolean", short: "h" } };
  let values;
  try {
    ({ values } = parseArgs({ options: chosen }));
  } catch (fault) {
    stop(`${fault.message}\n\n${HELP}`);
  }
  const parts = (list) => list?.split(",").filter(Boolean);
  const read = { ...values, sizes: parts(values.sizes).map(Number), suites: parts(values.suites), peers: parts(values.peers) };
  const numbers = [...read.sizes, Number(read.rounds), Number(read.limit)];
  if (!numbers.every((number) => Number.isInteger(number) && number > 0)) stop("Sizes, rounds and the limit are whole numbers.");
  const unknown = read.suites.filter((suite) => !TARGETS[suite]);
  if (unknown.length) stop(`There is no suite ${unknown.join(", ")}: choose from ${Object.keys(TARGETS).join(", ")}.`);
  return read;
}

/** The adapters number the variants of messages as the source declares them. */
function checkVariants() {
  const engine = join(root, "src", "engine");
  const code = ["protocol.rs", "rows.rs", "failure.rs"].map((name) => readFileSync(join(engine, name), "utf8")).join("\n");
  for (const [type, known] of Object.entries(VARIANTS)) {
    const body = code.match(new RegExp(`^pub enum ${type} \\{\\n(.*?)^\\}`, "ms"))?.[1] ?? "";
    const declared = [...body.matchAll(/^ {4}([A-Z]\w*)/gm)].map(([, name]) => name);
    if (declared.join() !== known.join()) stop(`tests/bench/adapter/wire.js does not know the ${type} of src/engine: ${declared.join(", ")}`);
  }
}
