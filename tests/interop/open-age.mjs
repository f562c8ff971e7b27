// Opens an age file, binary or armored, and writes its content to the standard output:
// `node open-age.mjs FILE identity AGE-SECRET-KEY-1…` or `node open-age.mjs FILE passphrase WORDS`.
import { readFileSync } from "node:fs";
import { Decrypter, armor } from "age-encryption";

const [path, kind, secret] = process.argv.slice(2);
const bytes = readFileSync(path);
const file = bytes[0] === "-".charCodeAt(0) ? armor.decode(bytes.toString()) : new Uint8Array(bytes);
const decrypter = new Decrypter();
if (kind === "passphrase") {
  decrypter.addPassphrase(secret);
} else {
  decrypter.addIdentity(secret);
}
process.stdout.write(await decrypter.decrypt(file));
