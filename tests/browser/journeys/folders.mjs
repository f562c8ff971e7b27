import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { PASSPHRASE, addCustomer, begin, go, names, press, says, set } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";
import { saveCard, takeCard } from "../lib/exchange.mjs";

export const name = "backups are put into a folder, a synced folder carries a team's files, and a folder that may no longer be used is told";
/** Only Chromium lets a page keep a folder. The picker is stood in for: it gives a folder of the browser's own. */
export const browsers = ["chromium"];
export const seconds = 240;

export async function run(context) {
  const { assert } = context;
  const shop = await context.start({ profile: "shop" });
  await begin(shop, context.url, { device: "店" });
  await addCustomer(shop, "髙橋 一郎");
  const identity = await makeSheet(shop);

  // The daily backup: chosen, written, and openable with the sheet.
  await pickGives(shop, "backups");
  await press(shop, '[aria-labelledby="automatic"] .button', "フォルダーを選ぶ");
  await says(shop, "「backups」を使っています");
  await press(shop, '[aria-labelledby="automatic"] .button', "今すぐ、ここに控えを入れる");
  await says(shop, "控えを入れました", 30);
  const [backup, ...more] = await readFolder(shop, "backups");
  assert.deepEqual(more, []);
  assert.match(backup.path, /^daifuku-\d{4}-\d\d-\d\d\.age$/);
  const file = join(context.folder, "backup.age");
  await writeFile(file, Buffer.from(backup.content, "base64"));
  await press(shop, "main .button", "控えの予行をする");
  await shop.type('.opening input[type="file"]', file);
  await set(shop, ".opening textarea", identity);
  await press(shop, 'button[type="submit"]', "控えを開く");
  await says(shop, "この控えは、すべて読めました", 30);
  await press(shop, ".restore-result .button", "予行を終わる");

  // Elsewhere one press hands it to the share sheet, as a text, which phones let through.
  await shop.run(() => {
    navigator.canShare = ({ files }) => files.every(({ name }) => name.endsWith(".txt"));
    navigator.share = async (data) => { window.handed = data; };
  });
  await go(shop, "/");
  await go(shop, "/backup");
  await press(shop, ".make-backup .button, .make-backup button", "控えを作る");
  await press(shop, ".made-backup .button", "送る");
  await until("the share sheet has a file", () => shop.run(() => window.handed !== undefined), 30);
  const handed = await shop.run(async () => {
    const [file] = window.handed.files;
    return { keys: Object.keys(window.handed), name: file.name, type: file.type, text: await file.text() };
  });
  assert.deepEqual(handed.keys, ["files"]);
  assert.match(handed.name, /^daifuku-backup-\d{4}-\d\d-\d\d-\d{5}\.txt$/);
  assert.equal(handed.type, "text/plain");
  assert.match(handed.text, /^-----BEGIN AGE ENCRYPTED FILE-----\n/);
  await says(shop, "控え：今日");

  // The permission ends, and is given again by a press.
  await shop.run(() => { FileSystemHandle.prototype.queryPermission = async () => "prompt"; });
  await go(shop, "/");
  await go(shop, "/backup");
  await says(shop, "「backups」を使う許しが切れました");
  await shop.run(() => {
    FileSystemHandle.prototype.requestPermission = async () => "granted";
    FileSystemHandle.prototype.queryPermission = async () => "granted";
  });
  await press(shop, '[aria-labelledby="automatic"] .button', "もう一度許す");
  await says(shop, "「backups」を使っています");
  // The folder itself goes: nothing of the notebook does.
  await shop.run(async () => (await navigator.storage.getDirectory()).removeEntry("backups", { recursive: true }));
  await press(shop, '[aria-labelledby="automatic"] .button', "今すぐ、ここに控えを入れる");
  await says(shop, "フォルダーに書き込めません", 30);

  // The team's folder, carried from one device to the other as a sync service would.
  const phone = await context.start({ profile: "phone" });
  await begin(phone, context.url, { device: "花子" });
  await addCustomer(phone, "佐藤 花");
  const cards = [await saveCard(context, shop, "店"), await saveCard(context, phone, "花子")];
  await takeCard(shop, cards[1]);
  await takeCard(phone, cards[0]);
  const exchange = async (browser) => {
    await press(browser, '[aria-labelledby="team-folder"] .button', "仲間とやり取りする");
    await until("the exchange has ended", () => browser.run(() => document.querySelector('[aria-labelledby="team-folder"] .notice-box') !== null), 30);
  };
  for (const browser of [shop, phone]) {
    await go(browser, "/");
    await go(browser, "/backup");
    await pickGives(browser, "synced");
    await press(browser, '[aria-labelledby="team-folder"] .button', "フォルダーを選ぶ");
    await says(browser, "「synced」を使っています");
  }
  await exchange(shop);
  await says(shop, "新しいことを、仲間に向けて入れました");
  await carry(shop, phone);
  await exchange(phone);
  await says(phone, "仲間のファイルを1個、取り込みました");
  await carry(phone, shop);
  await exchange(shop);
  await says(shop, "仲間のファイルを1個、取り込みました");
  await carry(shop, phone);
  await exchange(phone);
  await exchange(phone);
  await says(phone, "仲間に渡す新しいことは、ありません");
  for (const browser of [shop, phone]) {
    await go(browser, "/");
    await until("both have both", async () => (await names(browser)).length === 2);
    await go(browser, "/backup");
  }
  // One subfolder for each device in one team folder, files that are only ever added, and a file that explains.
  const paths = (await readFolder(shop, "synced")).map(({ path }) => path);
  assert.equal(new Set(paths.map((path) => path.split("/")[0])).size, 1, paths.join());
  assert.equal(new Set(paths.filter((path) => path.endsWith(".age")).map((path) => path.split("/")[1])).size, 2, paths.join());
  assert.ok(paths.some((path) => path.endsWith(".txt")), paths.join());

  // A file that has not come in full is passed over, said, and taken in when it is there.
  await addCustomerAt(shop, "あとから 来た人");
  await exchange(shop);
  const before = await readFolder(phone, "synced");
  const news = (await readFolder(shop, "synced")).filter(({ path }) => !before.some((known) => known.path === path));
  assert.equal(news.length, 1);
  await writeFolder(phone, "synced", [{ path: news[0].path, content: Buffer.from(news[0].content, "base64").subarray(0, 300).toString("base64") }]);
  await exchange(phone);
  await says(phone, "まだ読めないファイルがあります");
  await writeFolder(phone, "synced", news);
  await go(phone, "/");
  await go(phone, "/backup");
  await exchange(phone);
  await says(phone, "仲間のファイルを1個、取り込みました");
  await go(phone, "/");
  await until("the third is there", async () => (await names(phone)).includes("あとから 来た人"));
}

async function addCustomerAt(browser, name) {
  await go(browser, "/");
  await addCustomer(browser, name);
  await go(browser, "/backup");
}

async function makeSheet(browser) {
  await go(browser, "/backup");
  await press(browser, "main .button", "控えの鍵を作る");
  await set(browser, 'dialog[open] input[autocomplete="current-password"]', PASSPHRASE);
  await press(browser, 'dialog[open] button[type="submit"]', "控えの鍵を作る");
  const identity = (await browser.text("dialog[open] .sheet-identity", 30)).replace(/\s/g, "");
  await browser.run(() => { window.print = () => {}; });
  await press(browser, "dialog[open] .button", "印刷しました");
  await set(browser, 'dialog[open] input[type="text"]', identity.slice(-6));
  await press(browser, 'dialog[open] button[type="submit"]', "確かめる");
  await says(browser, "控えの鍵ができました", 20);
  await press(browser, "dialog[open] .button", "終わる");
  return identity;
}

/** From now on the person chooses this folder. */
function pickGives(browser, folder) {
  return browser.run((name) => {
    window.showDirectoryPicker = async () => (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });
  }, folder);
}

/** All files of a folder with their paths, and their content in Base64. */
function readFolder(browser, folder) {
  return browser.run(async (name) => {
    const files = [];
    const walk = async (directory, path) => {
      for await (const entry of directory.values()) {
        if (entry.kind === "directory") {
          await walk(entry, `${path}${entry.name}/`);
          continue;
        }
        const bytes = new Uint8Array(await (await entry.getFile()).arrayBuffer());
        files.push({ path: path + entry.name, content: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")) });
      }
    };
    await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle(name), "");
    return files;
  }, folder);
}

function writeFolder(browser, folder, files) {
  return browser.run(async (name, all) => {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });
    for (const { path, content } of all) {
      const parts = path.split("/");
      let directory = root;
      for (const part of parts.slice(0, -1)) directory = await directory.getDirectoryHandle(part, { create: true });
      const stream = await (await directory.getFileHandle(parts.at(-1), { create: true })).createWritable();
      await stream.write(Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0)));
      await stream.close();
    }
  }, folder, files);
}

/** What a sync service does. */
async function carry(from, to) {
  await writeFolder(to, "synced", await readFolder(from, "synced"));
}
