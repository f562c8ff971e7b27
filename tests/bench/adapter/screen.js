// Daifuku's engine as the app uses it: unlocking is done when the first rows of the list are there, and
// everything is there when a search through all notes has counted its hits. Served as `storage.js` of a
// second peer; the harness can't check what this one has read, the first peer's `all` is what it checks.

import { engine } from "../daifuku/storage.js";

export { create, finish, firstRows as list, get, memory, meta, open, update, write } from "../daifuku/storage.js";

const SEARCH = 2;
/** A sentence of the notes: common enough that no part of the vault can be left out. */
const WORDS = "見積書を修正";

export async function all() {
  if (!(await engine.search(SEARCH, WORDS))) throw new Error("the search found nothing");
  return { bytes: (await engine.ask("Status")).bytes };
}
