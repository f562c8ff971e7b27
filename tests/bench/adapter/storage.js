// Daifuku's engine as a peer of the storage benchmark: all of the list, everything opened.

import { Engine, hex, idOf, value } from "./wire.js";

export const meta = { title: "Daifuku", encrypted: true, kdf: "Argon2id 64 MiB" };

const LIST = 1;
/** The app shows so many rows first. */
const FIRST_ROWS = 50;
const JAPAN = 9 * 3_600_000;

export const engine = new Engine(import.meta.url);
// As in the app, which looks for its vault and reads ahead while the passphrase is being typed.
await engine.hello();

export const create = ({ password }) => engine.create(password);

export async function write({ customer, note, purchase, task }) {
  const records = customer.map(customerRecord);
  const pages = new Map(records.map((record, at) => [customer[at].id, record.id]));
  const add = (kind, { id, customer: on }, fields) => {
    const page = pages.get(on);
    records.push({ id: idOf(id), kind, page, fields: [["parent", value.link(page)], ...fields] });
  };
  for (const one of note) {
    const day = new Date(one.at + JAPAN).toISOString().slice(0, 10);
    add("note", one, [["date", value.date(day)], ["text", value.text(one.body)]]);
  }
  for (const one of purchase) {
    const amount = value.number(one.qty * one.price);
    const what = [["date", value.date(one.at)], ["item", value.text(one.item)]];
    add("purchase", one, [...what, ["quantity", value.number(one.qty)], ["amount", amount]]);
  }
  for (const one of task) {
    const done = one.done ? [["done", value.instant(Date.parse(one.due))]] : [];
    add("task", one, [["title", value.text(one.title)], ["due", value.date(one.due)], ...done]);
  }
  // While the engine stores one batch, the next is being encoded here: an import leaves that to the engine.
  const before = last;
  last = engine.addBatch(records);
  last.catch(() => {});
  await before;
}

let last;

export async function finish() {
  await last;
  await engine.ask("Settle");
}

export const open = ({ password }) => engine.unlock(password);

/** Every row of the list. The app itself never asks for all of them: see `firstRows`. */
export async function list() {
  const { known } = await engine.openView(LIST);
  return engine.allRows(LIST, known);
}

/** The list as the app opens it: its length, and the rows that are on the screen. */
export async function firstRows() {
  await engine.openView(LIST);
  return engine.rows(LIST, 0, FIRST_ROWS);
}

/** Opens and counts every row of the vault. */
export async function all() {
  let job;
  const finished = new Map();
  const ended = new Promise((done) => {
    engine.onEvent = (event) => {
      if (event.kind !== "Finished") return;
      finished.set(event.job, event);
      if (event.job === job) done();
    };
  });
  job = await engine.ask("Check");
  if (!finished.has(job)) await ended;
  const { failure, report } = finished.get(job);
  if (failure) throw failure;
  if (report.damaged) throw new Error(`${report.damaged} rows can't be opened`);
  const { customer, note, purchase, task } = report.records;
  return { customer, note, purchase, task, noteChars: report.noteUnits };
}

export async function get(id) {
  const { customer, notes } = await engine.page(id);
  return { customer: { ...customer, phone: customer.phones[0]?.value.number }, notes };
}

export function update(id, { phone }) {
  const edit = { record: idOf(id), kind: "customer", field: item("phone", id), value: value.parts({ number: phone }) };
  return engine.ask("Save", (writer) => writer.list([edit], (one) => writer.edit(one)));
}

export async function memory() {
  return { wasm: (await engine.ask("Status")).memory };
}

function customerRecord({ id, name, kana, company, zip, address, phone, email, tags }) {
  const record = idOf(id);
  const fields = [
    ["name", value.text(name)],
    ["reading", value.text(kana)],
    ["company", value.text(company)],
    [item("phone", id), value.parts({ number: phone })],
    [item("mail", id), value.parts({ mail: email })],
    [item("address", id), value.parts({ postal: zip, street: address })],
    ["foreign_id", value.text(id)],
  ];
  return { id: record, kind: "customer", page: record, fields, tags };
}

/** The only item of a field that may occur several times. */
function item(field, id) {
  return `${field}/${hex(idOf(id).subarray(0, 8))}`;
}
