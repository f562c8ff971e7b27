// A small static server for dist/: right types, no caching, and a log of what was asked for.
// It is also what `./dev serve` runs: node server.mjs FOLDER PORT

import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".woff2": "font/woff2",
};

const REPORT = "__report";
const OBSERVER = "__observer.js";
const OBSERVER_SCRIPT = `(${observer})(${JSON.stringify(REPORT)})`;

/**
 * Serves a folder below a path of 127.0.0.1.
 *
 * @param {object} options
 * @param {string} [options.root] the folder
 * @param {Record<string, string>} [options.files] files made up by a journey, by path; they come before the folder
 * @param {number} [options.port] 0 takes any free one
 * @param {string} [options.base] the path that the folder appears at, with a slash at both ends
 * @param {boolean} [options.observe] put a script into pages and workers that reports what goes wrong there to
 *   `reports`; for browsers that tell nothing by themselves
 * @param {boolean} [options.policyHeader] also send the policy of index.html as a header, which binds the workers too
 */
export async function startServer({ root, files = {}, port = 0, base = "/", observe = false, policyHeader = false }) {
  const folder = root && resolve(root);
  const policy = policyHeader ? await policyOf(folder) : undefined;
  // What is observed has another content than the service worker's list says: it keeps nothing then.
  if (observe) files = { ...files, [OBSERVER]: OBSERVER_SCRIPT, "sw.js": "" };
  const log = [];
  const reports = [];

  async function answer(request, response) {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    if (observe && path === `${base}${REPORT}`) {
      reports.push(Buffer.concat(await request.toArray()).toString());
      return response.writeHead(204).end();
    }
    const entry = { method: request.method, path, status: 404, at: Date.now() };
    log.push(entry);
    const send = (status, headers, body) => {
      entry.status = status;
      response.writeHead(status, { "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", ...headers });
      if (body?.pipe) body.pipe(response);
      else response.end(body); // of a HEAD request, Node sends none
    };
    if (request.method !== "GET" && request.method !== "HEAD") return send(405, {});
    if (!path.startsWith(base)) return send(404, {});
    const name = path.slice(base.length) || "index.html";
    const headers = { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream" };
    if (policy) headers["Content-Security-Policy"] = policy;
    if (Object.hasOwn(files, name)) return send(200, headers, observe ? observed(name, files[name]) : files[name]);
    const file = folder && normalize(join(folder, name));
    const found = file?.startsWith(folder + sep) && (await stat(file).catch(() => undefined));
    if (!found?.isFile()) return send(404, {});
    if (observe) return send(200, headers, observed(name, await readFile(file)));
    headers["Content-Length"] = found.size;
    send(200, headers, request.method === "HEAD" ? undefined : createReadStream(file));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const listen = (number) =>
    new Promise((done, failed) => {
      server.once("error", failed);
      server.listen(number, "127.0.0.1", () => {
        server.off("error", failed);
        done();
      });
    });
  const stop = () =>
    new Promise((done) => {
      if (!server.listening) return done();
      server.close(() => done());
      server.closeAllConnections();
    });
  await listen(port);
  const taken = server.address().port;

  return {
    url: `http://127.0.0.1:${taken}${base}`,
    /** Every request so far: { method, path, status, at }. */
    log,
    /** What observed pages and workers have reported. */
    reports,
    /** Refuses connections until `resume`, on the same port: the device is offline. */
    pause: stop,
    resume: () => listen(taken),
    close: stop,
  };
}

/** Puts the observer at the head of a page and before the code of a worker; all else stays as it is. */
function observed(name, content) {
  if (name === OBSERVER) return content;
  if (name.endsWith(".html")) {
    return content.toString().replace(/<meta[^>]*Content-Security-Policy[^>]*>/i, `$&<script src="${OBSERVER}"></script>`);
  }
  return /_loader\.js$/.test(name) ? `${OBSERVER_SCRIPT};\n${content}` : content;
}

function observer(path) {
  const address = new URL(path, location.href);
  const { fetch: ask } = globalThis;
  const { error } = console;
  const report = (text) => ask(address, { method: "POST", body: text, keepalive: true }).catch(() => {});
  globalThis.fetch = (request, ...rest) => {
    const { origin } = new URL(request.url ?? request, location.href);
    if (origin !== location.origin) report(`request to another origin: ${origin}`);
    return ask(request, ...rest);
  };
  console.error = (...parts) => {
    report(`console: ${parts.map(String).join(" ")}`);
    error.apply(console, parts);
  };
  const fault = ({ message, filename, lineno, target }) =>
    report(message ? `javascript: ${message} (${filename}:${lineno})` : `cannot load ${target.src ?? target.href}`);
  addEventListener("error", fault, true);
  addEventListener("unhandledrejection", ({ reason }) => report(`javascript: ${reason}`));
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
    report(`policy violation: ${effectiveDirective} ${blockedURI}`),
  );
}

/** The policy in the `<meta>` of index.html, with what only a header can say. */
async function policyOf(folder) {
  const page = await readFile(join(folder, "index.html"), "utf8");
  const meta = page.match(/<meta[^>]*Content-Security-Policy[^>]*>/i)?.[0];
  const policy = meta?.match(/content="([^"]*)"/)?.[1];
  if (!policy) throw new Error("index.html has no content security policy");
  return `${policy}; frame-ancestors 'none'`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [root = "dist", port = "8080"] = process.argv.slice(2);
  try {
    const server = await startServer({ root, port: Number(port), policyHeader: true });
    console.log(`Daifuku is at ${server.url} (Ctrl+C stops it).`);
  } catch (fault) {
    console.error(fault.code === "EADDRINUSE" ? `Port ${port} is taken: choose another with PORT=…` : fault.message);
    process.exit(1);
  }
}
