// What the app owes: a figure of ours, and how it must compare with those of others.
//
// A bound is `{ ratio, peers }` (ours divided by the best of these peers in the same round), `{ most }` or
// `{ least }` (ours alone). `first` is the bound for the first release, `then` the goal; where they depend on
// the number of customers, they stand under the number from which they hold.

const RIVALS = ["dexie-encrypted", "sqlite3mc-chacha20", "sqlite3mc-chacha20-rowid"];
const SQLITE = ["sqlite3mc-chacha20", "sqlite3mc-chacha20-rowid"];
const ROWID = ["sqlite3mc-chacha20-rowid"];
const DEXIE = ["dexie-encrypted"];

const ratio = (ratio, ...peers) => ({ ratio, peers });
const most = (most) => ({ most });
const least = (least) => ({ least });

const LIST = {
  first: { 0: ratio(0.6, ...RIVALS), 100_000: ratio(0.4, ...RIVALS) },
  then: { 0: ratio(1.3, "limit-64k-strict"), 100_000: ratio(1.3, "limit-256k-strict") },
};
const SAVE = { first: { 0: ratio(1.5, ...DEXIE) }, then: { 0: ratio(1, "limit-64k-strict") } };
const EXACT = { first: { 0: least(1) }, then: { 0: least(1) } };

export const TARGETS = {
  storage: [
    { work: "unlock → first rows of the list, ms", peer: "daifuku-screen", figure: "cold_list_ms", ...LIST },
    { work: "unlock → all rows of the list, ms", peer: "daifuku", figure: "cold_list_ms", ...LIST },
    {
      work: "unlock → a search of everything answered, ms", peer: "daifuku-screen", figure: "cold_all_ms",
      first: { 0: ratio(0.7, ...RIVALS) }, then: { 0: ratio(1.2, "limit-256k-strict") },
    },
    { work: "save one, p50, ms", peer: "daifuku", figure: "update_p50", ...SAVE },
    { work: "save one, p95, ms", peer: "daifuku", figure: "update_p95", ...SAVE },
    {
      work: "bulk write with index, ms", peer: "daifuku", figure: "write_ms",
      first: { 0: ratio(1, ...ROWID) }, then: { 0: ratio(1, "limit-256k-deflate") },
    },
    {
      work: "on disk, MB", peer: "daifuku", figure: "disk_mb",
      first: { 0: ratio(0.4, ...ROWID) }, then: { 0: ratio(1.3, "limit-256k-deflate") },
    },
    {
      work: "memory of the unlocked tab, MB", peer: "daifuku-screen", figure: "renderer_mb",
      first: { 100_000: ratio(1, ...SQLITE) }, then: { 100_000: most(250) },
    },
  ],
  search: [
    {
      work: "a keystroke: first 50 hits, p95, ms", peer: "daifuku", figure: "top50_p95",
      first: { 0: most(4), 100_000: {} }, then: { 100_000: most(8) },
    },
    { work: "recall", peer: "daifuku", figure: "recall", ...EXACT },
    { work: "precision", peer: "daifuku", figure: "precision", ...EXACT },
  ],
};

/** First load over the wire, brotli, in KB: the files whose names begin with the part. */
export const LOAD = [
  { part: "app", first: 250, then: 180 },
  { part: "engine", first: 300, then: 220 },
  { part: "sealer", first: 300, then: 250 },
  { part: "bundler", first: 300, then: 250 },
];

/** The bound that holds for `n` customers, or none. */
export function boundFor(bounds, n) {
  const from = Object.keys(bounds).map(Number).filter((from) => from <= n);
  return from.length ? bounds[Math.max(...from)] : {};
}
