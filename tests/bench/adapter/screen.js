// Daifuku's engine as the app uses it: unlocking is done when the first rows of the list are there, and
// everything is there when searches of every kind have shown their first hits, one after the other. Served as `storage.js` of a
// second peer; the harness can't check what this one has read, the first peer's `all` is what it checks.

import { engine } from "../daifuku/storage.js";

export { create, finish, firstRows as list, get, memory, meta, open, update, write } from "../daifuku/storage.js";

const SEARCH = 2;
/** A kana, a sentence of many notes, a name and a word of notes, digits of a phone, what nobody wrote. */
const SEARCHES = ["さ", "見積書を修正", "佐藤 修正", "0901", "誰も書かない言葉"];
const SCREENFUL = 50;

export async function all() {
  let found = 0;
  for (const words of SEARCHES) {
    await engine.openView(SEARCH, words);
    found += (await engine.rows(SEARCH, 0, SCREENFUL)).length;
  }
  if (found < SCREENFUL) throw new Error("the searches found nothing");
  return { bytes: (await engine.ask("Status")).bytes };
}
