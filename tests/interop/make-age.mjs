// Writes the files of tests/data/age/typage: `npm ci && node make-age.mjs`. They need not be written again.
import { writeFileSync, mkdirSync } from "node:fs";
import { Encrypter, armor, identityToRecipient } from "age-encryption";

// Only of these tests. The same stand in tests/bundle/interop.rs.
const IDENTITY = "AGE-SECRET-KEY-1QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSKMP32K";
const PASSPHRASE = "猫が二匹 two cats";
const CONTENT = "大福帳\nDaifuku\n";

const folder = new URL("../data/age/typage/", import.meta.url);
mkdirSync(folder, { recursive: true });

const forRecipient = new Encrypter();
forRecipient.addRecipient(await identityToRecipient(IDENTITY));
const withPassphrase = new Encrypter();
withPassphrase.setPassphrase(PASSPHRASE);
withPassphrase.setScryptWorkFactor(12);

for (const [name, encrypter] of [["x25519", forRecipient], ["passphrase", withPassphrase]]) {
  const file = await encrypter.encrypt(CONTENT);
  writeFileSync(new URL(`${name}.age`, folder), file);
  writeFileSync(new URL(`${name}.txt`, folder), armor.encode(await encrypter.encrypt(CONTENT)));
}
