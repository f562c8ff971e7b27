// Daifuku's engine as a peer of the search benchmark.
//
// The texts go into a vault as customers, sealed and durable like any other; so `build` is a bulk write with
// its index, and a query is what the app does at a keystroke: it opens the list and takes rows, with the
// piece of text that matched and its marks.

import { Engine, value } from "./wire.js";

export const meta = { title: "Daifuku" };

const LIST = 1;
const BATCH = 1_000;
const PASSPHRASE = "correct horse battery staple 顧客";

const engine = new Engine(import.meta.url);
await engine.hello();
await engine.create(PASSPHRASE);

export async function build(docs) {
  for (let from = 0; from < docs.length; from += BATCH) await engine.addBatch(docs.slice(from, from + BATCH).map(record));
  await engine.ask("Settle");
}

export async function query(words, limit) {
  if (limit) {
    await engine.openView(LIST, words);
    return (await engine.rows(LIST, 0, limit)).map(number);
  }
  return (await engine.allRows(LIST, await engine.search(LIST, words))).map(number);
}

export const memory = async () => (await engine.ask("Status")).memory;

/** The lines of a head are: name, reading, company, postal code, address, phone, its digits, mail, and others. */
function record({ id, head, body }) {
  const [name, reading, company, postal, street, phone, , mail, ...others] = head.split("\n");
  const fields = [
    ["name", value.text(name)],
    ["reading", value.text(reading)],
    ["company", value.text(company)],
    ["phone/1", value.parts({ number: phone })],
    ["mail/1", value.parts({ mail })],
    ["address/1", value.parts({ postal, street })],
    ["memo", value.text([...others, body].join("\n"))],
  ];
  const own = idOfNumber(id);
  return { id: own, kind: "customer", page: own, fields };
}

/** Ids are spread like random ones; their last four bytes are the number. */
function idOfNumber(number) {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let word = 0; word < 3; word++) view.setUint32(4 * word, Math.imul(number + 1, 0x9e3779b1 + 2 * word));
  view.setUint32(12, number);
  return bytes;
}

const number = ({ id }) => parseInt(id.slice(24), 16);
