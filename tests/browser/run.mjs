// Runs the journeys: node run.mjs [NAME…]; BROWSERS=chromium,firefox limits the browsers.
//
// A journey is a module journeys/*.mjs with
//   export const name      what a user can do, as a sentence
//   export const browsers  optional: some of "chromium", "firefox", "webkit"; else all three
//   export const seconds   optional: its time limit, else 120
//   export async function run(context)
// See lib/context.mjs for what a context offers.

import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { KINDS, sleep } from "./lib/browser.mjs";
import { Context } from "./lib/context.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const artifacts = join(here, "artifacts");
const dist = join(here, "..", "..", "dist");

const wanted = process.argv.slice(2);
const kinds = process.env.BROWSERS?.split(",") ?? KINDS;
const unknown = kinds.filter((kind) => !KINDS.includes(kind));
if (unknown.length) stop(`There is no browser ${unknown.join(", ")}: choose from ${KINDS.join(", ")}.`);
if (!existsSync(join(dist, "index.html"))) stop("dist/ is missing: run ./dev build.");

await rm(artifacts, { recursive: true, force: true });
await mkdir(artifacts, { recursive: true });

let passed = 0;
let failed = 0;
for (const file of (await readdir(join(here, "journeys"))).sort()) {
  const id = file.replace(/\.mjs$/, "");
  if (id === file || (wanted.length && !wanted.some((part) => id.includes(part)))) continue;
  const journey = await import(`./journeys/${file}`);
  for (const kind of (journey.browsers ?? KINDS).filter((kind) => kinds.includes(kind))) {
    const began = Date.now();
    const fault = await travel(journey, new Context({ kind, dist, artifacts: join(artifacts, `${id}-${kind}`) }));
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    console.log(`${fault ? "FAILED" : "ok    "} ${journey.name} (${kind}, ${seconds} s)`);
    if (fault) console.log(String(fault.stack ?? fault).replace(/^/gm, "       "));
    fault ? failed++ : passed++;
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);

/** Runs one journey in one browser; resolves to what went wrong, if anything did. */
async function travel(journey, context) {
  const seconds = journey.seconds ?? 120;
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${seconds} s`)), seconds * 1000);
  });
  late.catch(() => {});
  try {
    const whole = (async () => {
      await context.begin();
      await journey.run(context);
      await context.expectNoProblems();
    })();
    whole.catch(() => {});
    await Promise.race([whole, late]);
  } catch (fault) {
    await Promise.race([context.keepEvidence(), sleep(20_000)]).catch(() => {});
    return fault;
  } finally {
    clearTimeout(timer);
    await context.end();
  }
}

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
