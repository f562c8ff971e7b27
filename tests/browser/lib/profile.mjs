// What a browser has really written to disk.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * Reads every file below a folder and looks for texts, as UTF-8 and as UTF-16LE, which browsers use for strings.
 * Browsers compress some of what they keep: look for texts that are short, and prove with a text that must be
 * there that the place is right.
 *
 * @returns {Promise<{ file: string, text: string, encoding: string }[]>}
 */
export async function findOnDisk(folder, texts) {
  const needles = texts.flatMap((text) =>
    ["utf8", "utf16le"].map((encoding) => ({ text, encoding, bytes: Buffer.from(text, encoding) })),
  );
  const found = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const content = await readFile(file).catch(() => Buffer.alloc(0)); // it may have been removed meanwhile
    for (const { text, encoding, bytes } of needles) {
      if (content.includes(bytes)) found.push({ file, text, encoding });
    }
  }
  return found;
}
