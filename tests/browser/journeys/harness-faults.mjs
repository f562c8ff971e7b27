// A journey is worth nothing if it would not notice: every fault here must be seen, wherever it happens.

import { startServer } from "../lib/server.mjs";

export const name = "the harness notices faults in pages and in workers";
export const seconds = 240;

const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; worker-src 'self'";

export async function run(context) {
  const other = await startServer({ files: { secret: "" } });
  const faults = {
    console: ["console.error('told')", /told/],
    thrown: ["setTimeout(() => { throw new Error('thrown') })", /thrown/],
    rejected: ["Promise.reject(new Error('rejected'))", /rejected/],
    missing: ["fetch('missing.json')", /404 for GET .*missing.json/],
    elsewhere: [`fetch('${other.url}secret').catch(() => {})`, /another origin|policy violation|CORS/],
  };
  const pageFaults = {
    ...faults,
    style: ["document.body.setAttribute('style', 'color: red')", /policy violation.*style|security.*inline style/],
  };

  const server = await context.serve({ files: { ...site(faults, pageFaults), "favicon.ico": "" } });
  const browser = await context.start();
  const check = async (page, pattern) => {
    await browser.open(`${server.url}${page}.html`);
    await browser.waitForText("#done", "yes");
    const problems = await context.takeProblems();
    if (pattern) context.assert.ok(problems.some((text) => pattern.test(text)), `${page}: ${JSON.stringify(problems)}`);
    else context.assert.deepEqual(problems, [], page);
  };
  await check("quiet");
  for (const [name, [, pattern]] of Object.entries(pageFaults)) await check(`page-${name}`, pattern);
  for (const [name, [, pattern]] of Object.entries(faults)) {
    await check(`worker-${name}`, pattern);
  }
  await other.close();
}

/** One page for each fault and each place where it can happen. */
function site(faults, pageFaults) {
  const files = {};
  const add = (name, script) => {
    files[`${name}.html`] = `<!DOCTYPE html><html lang="en"><head>
      <meta http-equiv="Content-Security-Policy" content="${POLICY}">
      <title>${name}</title><script type="module" src="${name}.js"></script></head><body><p id="done">no</p></body></html>`;
    files[`${name}.js`] = `${script};
      setTimeout(() => (document.getElementById("done").textContent = "yes"), 400);`;
  };
  const start = (name) => `new Worker("${name}_loader.js", { type: "module" })`;
  add("quiet", "");
  for (const [name, [script]] of Object.entries(pageFaults)) add(`page-${name}`, script);
  for (const [name, [script]] of Object.entries(faults)) {
    add(`worker-${name}`, start(name));
    files[`${name}_loader.js`] = script;
  }
  return files;
}
