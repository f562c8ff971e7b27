// Keeps the whole app in this browser, so that it opens without a network. Nothing else is ever kept: no
// answer that is not listed here, nothing of a customer.
//
// A version is complete or not there: what does not have the listed SHA-256 (a server in the middle of an
// update, the page of a hotel's network) ends the installation, and the version that is here goes on. A new
// version waits until the page says `switch`, which it does when nothing is open, or when a person presses.
//
// Files that other apps share to this one are held in memory until the page asks for them, a moment later:
// on the disk they would lie unlocked.

// Written by `./dev build`: each file of the app with its SHA-256.
const FILES = {};
const VERSION = "none";

const base = new URL("./", location.href);
// Several copies of the app may lie on one server.
const NAME = `daifuku ${base.pathname} `;
let shared = [];

addEventListener("install", (event) => event.waitUntil(fill()));
addEventListener("activate", (event) => event.waitUntil(begin()));
addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (!url.startsWith(base.href)) return;
  const path = new URL(url).pathname.slice(base.pathname.length) || "index.html";
  if (method === "POST" && path === "share") event.respondWith(receive(event.request));
  else if (method === "GET" && Object.hasOwn(FILES, path)) event.respondWith(give(path, event.request));
});
addEventListener("message", ({ data, ports }) => {
  if (data === "switch") skipWaiting();
  if (data === "shared") ports[0].postMessage(shared.splice(0));
});

async function fill() {
  const known = await caches.has(NAME + VERSION);
  const cache = await caches.open(NAME + VERSION);
  try {
    await Promise.all(Object.entries(FILES).map(([path, hash]) => keep(cache, path, hash)));
  } catch (fault) {
    // Half a version is none; it is tried again when the page is opened the next time.
    if (!known) await caches.delete(NAME + VERSION);
    throw fault;
  }
}

/** Keeps one file: from an earlier version where it is the same, otherwise from the server. */
async function keep(cache, path, hash) {
  const address = new URL(path, base);
  const known = await caches.match(address);
  if (known?.headers.get("X-SHA-256") === hash) return cache.put(address, known);
  const answer = await fetch(address, { cache: "no-cache" });
  const body = await answer.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== hash) throw new Error(`${path} is not of this version`);
  const headers = new Headers(answer.headers);
  headers.set("X-SHA-256", hash);
  // The body is unpacked by now.
  for (const name of ["Content-Encoding", "Content-Length", "Vary"]) headers.delete(name);
  return cache.put(address, new Response(body, { headers }));
}

/** Takes over; the files of earlier versions go. */
async function begin() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(NAME) && name !== NAME + VERSION).map((name) => caches.delete(name)));
  await clients.claim();
}

/** A file of the app. One that the browser lost is fetched again. */
async function give(path, request) {
  const cache = await caches.open(NAME + VERSION);
  const kept = () => cache.match(new URL(path, base));
  const known = await kept();
  if (known) return known;
  await keep(cache, path, FILES[path]).catch(() => {});
  return (await kept()) ?? fetch(request);
}

/** Files that are shared to the app; then the app is opened. */
async function receive(request) {
  const form = await request.formData();
  shared = form.getAll("files").filter((file) => file instanceof File);
  return Response.redirect(new URL("./?shared", base), 303);
}
