// The messages of src/engine/protocol.rs as bytes, and the worker that speaks them.
//
// The encoding is postcard (https://postcard.jamesmunns.com/wire-format): whole numbers are varints of seven
// bits, signed ones zig-zag before; texts and lists come after their length; a variant is its index. The
// names below stand in the order of their declaration; `run` compares them with the source.

export const PROTOCOL = 3;
export const VARIANTS = {
  Request: [
    "Hello", "SuggestPassphrase", "Strength", "Create", "Unlock", "TakeOver", "Lock", "ChangePassphrase", "OpenView",
    "Rows", "Page", "Save", "Delete", "Restore", "Trash", "Undo", "Redo", "History", "Tasks", "FinishTask",
    "KeepDraft", "Drafts", "Suggestions", "ImportOpen", "ImportStart", "Imports", "UndoImport", "AddSample",
    "AddBatch", "Check", "Cancel", "Status", "RenameDevice", "Settle", "Team", "OwnCard", "ReadCard", "AddMember",
    "SetTrust", "PlanBundle", "MakeBundle", "TakeFile", "OpenBundle", "ApplyBundle", "CloseBundle", "Receipts",
    "UndoMerge", "Ledger", "Conflicts", "Resolve", "MarkRead", "Hide", "Unhide", "Hidden", "PlanErase", "Erase",
    "MakeRecovery", "ConfirmRecovery", "AdoptRecovery", "Recover",
  ],
  Reply: [
    "Welcome", "Passphrase", "Strength", "Opened", "Done", "View", "Rows", "Page", "Saved", "Trash", "History",
    "Tasks", "Drafts", "Suggestions", "Preview", "Started", "Imports", "Status", "Team", "OwnCard", "Card", "Plan",
    "File", "Receipts", "Ledger", "Conflicts", "Hidden", "ErasePlan", "RecoverySheet",
  ],
  Event: ["Changed", "ViewChanged", "Undo", "Progress", "Finished", "Sharing", "TakenOver"],
  Outcome: ["Imported", "Undone", "Checked", "Made", "Previewed", "Merged", "Erased"],
  Failure: [
    "WrongPassphrase", "Damaged", "SlotsChanged", "NoVault", "VaultExists", "OpenElsewhere", "Locked",
    "NewerVersion", "OtherProtocol", "Unreadable", "NoRoom", "Storage", "WeakPassphrase", "KeyDerivation",
    "NotFound", "NothingToUndo", "File", "Cancelled", "Bundle", "NotTheSheet", "NoRecoverySheet", "NothingChosen",
    "NothingNew", "OtherCopy", "NotConfirmed",
  ],
  VaultState: ["Absent", "Locked", "OpenElsewhere", "Unlocked"],
  Count: ["Exactly", "AtLeast"],
  Sort: ["Reading", "Recent"],
};

/** Rows are asked for in windows of so many, as many as the engine gives at once. */
export const WINDOW = 200;

const utf8 = new TextEncoder();
const text = new TextDecoder();
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The 16 bytes of an id as 32 digits, and back. */
export const hex = (bytes) => Array.from(bytes, (byte) => HEX[byte]).join("");
export function idOf(digits) {
  const bytes = new Uint8Array(16);
  for (let at = 0; at < 16; at++) bytes[at] = (nibble(digits.charCodeAt(2 * at)) << 4) | nibble(digits.charCodeAt(2 * at + 1));
  return bytes;
}
const nibble = (code) => (code < 58 ? code - 48 : code - 87);

export class Writer {
  constructor(size = 1024) {
    this.bytes = new Uint8Array(size);
    this.at = 0;
  }
  room(count) {
    if (this.at + count <= this.bytes.length) return;
    const more = new Uint8Array(Math.max(2 * this.bytes.length, this.at + count));
    more.set(this.bytes.subarray(0, this.at));
    this.bytes = more;
  }
  byte(value) {
    this.room(1);
    this.bytes[this.at++] = value;
  }
  /** A whole number from 0 to 2^53. */
  number(value) {
    this.room(8);
    for (; value >= 128; value = Math.floor(value / 128)) this.bytes[this.at++] = (value % 128) | 128;
    this.bytes[this.at++] = value;
  }
  /** A whole number from -2^52 to 2^52. */
  signed(value) {
    this.number(value < 0 ? -2 * value - 1 : 2 * value);
  }
  raw(bytes) {
    this.room(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }
  string(value) {
    const longest = 3 * value.length;
    this.room(longest + 8);
    if (value.length < 43 && this.ascii(value)) return;
    // The text goes behind the longest length that it can have, and moves when its length turns out shorter.
    const start = this.at;
    this.number(longest);
    const place = this.at;
    const { written } = utf8.encodeInto(value, this.bytes.subarray(place));
    this.at = start;
    this.number(written);
    if (this.at !== place) this.bytes.copyWithin(this.at, place, place + written);
    this.at += written;
  }
  /** Writes a short text if all of it is ASCII: the browser's encoder takes longer to call than this. */
  ascii(value) {
    const { bytes, at } = this;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code > 127) return false;
      bytes[at + 1 + index] = code;
    }
    bytes[at] = value.length;
    this.at = at + 1 + value.length;
    return true;
  }
  list(values, write) {
    this.number(values.length);
    for (const value of values) write(value);
  }
  variant(type, name) {
    this.number(VARIANTS[type].indexOf(name));
  }
  /** What `write` writes, after its length. */
  measured(write) {
    // Only values are measured, and none is inside another: one writer serves them all.
    scratch.at = 0;
    write(scratch);
    this.number(scratch.at);
    this.raw(scratch.bytes.subarray(0, scratch.at));
  }
  /** One of `value`. */
  value([type, content]) {
    this.number(type);
    if (type === TEXT) this.string(content);
    else if (type === LINK) this.measured((inner) => inner.raw(content));
    else if (type === NUMBER || type === INSTANT) this.measured((inner) => inner.signed(content));
    else if (type === DATE) this.measured((inner) => writeDate(inner, content));
    else if (type === PARTS) this.measured((inner) => writeParts(inner, content));
    else this.number(0);
  }
  /** A NewRecord. */
  record({ id, kind, page, fields, tags = [] }) {
    this.raw(id);
    this.string(kind);
    this.raw(page);
    this.list(fields, ([name, value]) => {
      this.string(name);
      this.value(value);
    });
    this.list(tags, (tag) => this.string(tag));
  }
  /** An Edit that sets a field. */
  edit({ record, kind, field, value }) {
    this.raw(record);
    this.string(kind);
    this.number(0);
    this.string(field);
    this.value(value);
  }
  /** The bytes written, as a buffer of their own. */
  finish() {
    return this.bytes.slice(0, this.at).buffer;
  }
}

const scratch = new Writer();

const EMPTY = 0, TEXT = 1, NUMBER = 2, DATE = 4, INSTANT = 5, LINK = 6, PARTS = 7;

/** The values of src/model/value.rs. */
export const value = {
  text: (content) => (content.trim() ? [TEXT, content] : [EMPTY]),
  number: (content) => [NUMBER, content],
  /** Of `2026-11-22`. */
  date: (content) => [DATE, content],
  /** Of milliseconds since 1970. */
  instant: (content) => [INSTANT, content],
  link: (content) => [LINK, content],
  parts: (content) => [PARTS, content],
};

function writeDate(writer, date) {
  const [year, month, day] = date.split("-").map(Number);
  writer.byte(1);
  writer.signed(year);
  writer.byte(month);
  writer.byte(day);
}

/** A map comes in the order of its keys. */
function writeParts(writer, parts) {
  const filled = Object.entries(parts).filter(([, part]) => part).sort(([a], [b]) => (a < b ? -1 : 1));
  writer.list(filled, ([key, part]) => {
    writer.string(key);
    writer.string(part);
  });
}

export class Reader {
  constructor(buffer) {
    this.bytes = new Uint8Array(buffer);
    this.at = 0;
  }
  byte() {
    if (this.at >= this.bytes.length) throw new Error("a message of the engine ends too early");
    return this.bytes[this.at++];
  }
  number() {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.byte();
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  }
  signed() {
    const value = this.number();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }
  raw(count) {
    return this.bytes.subarray(this.at, (this.at += count));
  }
  string() {
    return text.decode(this.raw(this.number()));
  }
  /** Goes past a text or anything else that comes after its length. */
  skip() {
    const length = this.number();
    this.at += length;
  }
  id() {
    return hex(this.raw(16));
  }
  list(read) {
    return Array.from({ length: this.number() }, read);
  }
  option(read) {
    return this.byte() ? read() : null;
  }
  variant(type) {
    const index = this.number();
    const name = VARIANTS[type][index];
    if (!name) throw new Error(`${type} has no variant ${index}`);
    return name;
  }
  /** The parts of a Value, or nothing if it holds anything else. */
  parts() {
    const type = this.number();
    const end = this.number() + this.at;
    const pairs = type === PARTS ? this.list(() => [this.string(), this.string()]) : [];
    this.at = end;
    return Object.fromEntries(pairs);
  }
  count() {
    return { exact: this.variant("Count") === "Exactly", known: this.number() };
  }
  rail() {
    return this.list(() => ({ mark: this.byte(), first: this.number() }));
  }
  /** A CustomerRow: what the benchmark wants of it. */
  row() {
    const id = this.id();
    this.byte();
    const name = this.string();
    const kana = this.string();
    this.skip();
    this.skip();
    this.list(() => this.skip());
    this.signed();
    for (let flag = 0; flag < 3; flag++) this.byte();
    this.skip();
    for (let marked = 0; marked < 5; marked++) this.list(() => [this.number(), this.number()]);
    return { id, name, kana };
  }
  item() {
    return { field: this.string(), value: this.parts() };
  }
  customer() {
    const customer = { id: this.id(), organisation: this.byte() === 1 };
    for (const name of ["name", "reading", "honorific", "company", "department", "title"]) customer[name] = this.string();
    for (const name of ["phones", "mails", "addresses"]) customer[name] = this.list(() => this.item());
    this.option(() => this.date());
    customer.tags = this.list(() => this.string());
    for (const name of ["owner", "source", "needs", "memo", "warning"]) customer[name] = this.string();
    this.list(() => this.item());
    customer.changed = this.signed();
    return customer;
  }
  date() {
    return { year: this.option(() => this.signed()), month: this.byte(), day: this.byte() };
  }
  note() {
    const id = this.id();
    const text = this.string();
    this.byte();
    const date = this.option(() => this.date());
    const kind = this.string();
    const pinned = this.byte() === 1;
    return { id, text, date, kind, pinned, created: this.signed(), changed: this.signed() };
  }
  /** A CustomerPage as far as its notes. */
  page() {
    const customer = this.customer();
    this.byte();
    this.list(() => this.customer());
    return { customer, notes: this.list(() => this.note()) };
  }
  status() {
    const status = { customers: this.number(), logRows: this.number(), segments: this.number(), bytes: this.number(), format: this.number(), created: this.signed(), device: this.string() };
    return { ...status, kdfMemory: this.number(), kdfPasses: this.number(), memory: this.number() };
  }
  check() {
    return {
      records: Object.fromEntries(this.list(() => [this.string(), this.number()])),
      noteCharacters: this.number(),
      noteUnits: this.number(),
      damaged: this.number(),
    };
  }
  reply() {
    switch (this.variant("Reply")) {
      case "Welcome": return this.variant("VaultState");
      case "View": return { view: this.number(), ...this.count(), rail: this.rail() };
      case "Rows": return this.list(() => this.row());
      case "Page": return this.page();
      case "Started": return this.number();
      case "Status": return this.status();
      // The id of this device is the first of all in the answer.
      case "Team": return { replica: this.option(() => this.raw(8).slice()) };
      case "OwnCard": return { fileName: this.string(), text: this.string() };
      default: return null; // opened, done, saved: that it came is all that matters
    }
  }
  failure() {
    const failure = this.variant("Failure");
    const detail = failure === "Storage" || failure === "Damaged" ? `: ${this.string()}` : "";
    return new Error(`the engine refused: ${failure}${detail}`);
  }
  event() {
    const kind = this.variant("Event");
    if (kind === "ViewChanged") return { kind, view: this.number(), ...this.count() };
    if (kind !== "Finished") return { kind };
    const job = this.number();
    if (this.number()) return { kind, job, failure: this.failure() };
    return { kind, job, report: this.variant("Outcome") === "Checked" ? this.check() : null };
  }
}

/** As the app does it: the engine and the worker that it asks for talk through a port. */
function startSealer(folder, [engine, port, name]) {
  const sealer = new Worker(new URL(`${name}_loader.js`, folder), { type: "module", name });
  sealer.onmessage = () => sealer.postMessage(port, [port]);
  sealer.onerror = () => engine.postMessage("failed");
}

/** The engine in its worker, started and spoken to as the app does. */
export class Engine {
  #worker;
  #listens;
  #last = 0;
  #open = new Map();
  #died = null;
  /** Called with every event. */
  onEvent = () => {};

  constructor(folder) {
    this.#worker = new Worker(new URL("engine_loader.js", folder), { type: "module", name: "engine" });
    this.#listens = new Promise((listens, fails) => {
      this.#worker.onerror = (event) => {
        this.#died = new Error(`the engine stopped: ${event.message ?? "it could not be loaded"}`);
        fails(this.#died);
        for (const { failed } of this.#open.values()) failed(this.#died);
      };
      this.#worker.onmessage = ({ data }) => {
        if (data instanceof ArrayBuffer) this.#hear(new Reader(data));
        else if (data[0] instanceof ArrayBuffer) {
          this.file = data[1];
          this.#hear(new Reader(data[0]));
        } else if (Array.isArray(data)) startSealer(folder, data);
        else listens();
      };
    });
  }

  #hear(reader) {
    if (reader.number() === 1) return this.onEvent(reader.event());
    const number = reader.number();
    const call = this.#open.get(number);
    this.#open.delete(number);
    try {
      if (reader.number()) call.failed(reader.failure());
      else call.answered(reader.reply());
    } catch (fault) {
      call.failed(fault);
    }
  }

  /** Asks; `write` adds what the request carries. */
  async ask(request, write = () => {}, size, file) {
    await this.#listens;
    if (this.#died) throw this.#died;
    const writer = new Writer(size);
    const number = ++this.#last;
    writer.number(number);
    writer.variant("Request", request);
    write(writer);
    const buffer = writer.finish();
    return new Promise((answered, failed) => {
      this.#open.set(number, { answered, failed });
      this.#worker.postMessage(file ? [buffer, file] : buffer, [buffer]);
    });
  }

  /** Starts a job and waits for its end. */
  async job(request, write, file) {
    const ended = new Map();
    let wanted;
    const ends = new Promise((done, failed) => {
      this.onEvent = (event) => {
        if (event.kind !== "Finished") return;
        ended.set(event.job, event);
        settle();
      };
      const settle = () => {
        const event = ended.get(wanted);
        if (event) event.failure ? failed(event.failure) : done();
      };
      this.settle = settle;
    });
    wanted = await this.ask(request, write, undefined, file);
    this.settle();
    await ends;
  }

  /** Makes a backup that a passphrase opens; a Blob. */
  async backup(passphrase) {
    await this.job("MakeBundle", (writer) => {
      writer.number(2); // a backup
      writer.number(0); // of everyone
      writer.list([], () => {});
      writer.number(1); // for whoever knows the passphrase
      writer.string(passphrase);
      writer.string("bench");
      for (let flag = 0; flag < 2; flag++) writer.byte(0);
      for (let text = 0; text < 2; text++) writer.string("");
      writer.signed(540);
    });
    await this.ask("TakeFile");
    return this.file;
  }
  /** Takes in the card of a colleague, whose digits were compared. */
  async addColleague(text) {
    await this.ask("ReadCard", () => {}, undefined, new Blob([text]));
    await this.ask("AddMember", (writer) => writer.byte(1));
  }
  /** Makes a file for a colleague with what is new for it, or with everything; a Blob. */
  async give(replica, everything) {
    await this.job("MakeBundle", (writer) => {
      writer.number(1); // for the team
      writer.number(0); // of everyone
      writer.list([], () => {});
      writer.number(0); // for members
      writer.list([replica], (id) => writer.raw(id));
      writer.byte(everything ? 1 : 0);
      writer.byte(0);
      for (let text = 0; text < 2; text++) writer.string("");
      writer.signed(540);
    });
    await this.ask("TakeFile");
    return this.file;
  }
  preview(file, passphrase = "") {
    return this.job("OpenBundle", (writer) => {
      ["bench.age", passphrase, ""].forEach((text) => writer.string(text));
      writer.byte(1);
    }, file);
  }
  merge() {
    return this.job("ApplyBundle", (writer) => {
      writer.number(0);
      writer.byte(1);
    });
  }

  /** Ends the worker. */
  end() {
    this.#worker.terminate();
  }
  hello() {
    return this.ask("Hello", (writer) => writer.number(PROTOCOL));
  }
  create(passphrase) {
    return this.ask("Create", (writer) => {
      writer.string(passphrase);
      writer.string("bench");
    });
  }
  unlock(passphrase) {
    return this.ask("Unlock", (writer) => writer.string(passphrase));
  }
  addBatch(records) {
    return this.ask("AddBatch", (writer) => writer.list(records, (record) => writer.record(record)), 1 << 22);
  }
  page(id) {
    return this.ask("Page", (writer) => writer.raw(idOf(id)));
  }
  openView(view, search = "") {
    return this.ask("OpenView", (writer) => {
      writer.number(view);
      writer.string(search);
      writer.variant("Sort", "Reading");
    });
  }
  rows(view, start, count) {
    return this.ask("Rows", (writer) => [view, start, count].forEach((number) => writer.number(number)));
  }
  /** All `count` rows of an open list; the requests do not wait for each other. */
  async allRows(view, count) {
    const windows = Array.from({ length: Math.ceil(count / WINDOW) }, (_, at) => this.rows(view, at * WINDOW, WINDOW));
    return (await Promise.all(windows)).flat();
  }
  /** Opens a search and waits until all its hits are counted. Answers how many there are. */
  async search(view, words) {
    const { exact, known } = await this.openView(view, words);
    if (exact) return known;
    // Events about an earlier search came before the answer.
    return new Promise((counted) => {
      this.onEvent = (event) => event.kind === "ViewChanged" && event.view === view && event.exact && counted(event.known);
    });
  }
}
