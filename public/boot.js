const { js, wasm } = document.querySelector("script[data-js]").dataset;
const base = (document.documentElement.dataset.base = new URL(".", import.meta.url).href);
// The engine is loaded beside the app. Until the app listens, marks stand for what the engine says.
const engine = (globalThis.engine = new Worker(new URL("engine_loader.js", base), { type: "module", name: "engine" }));
engine.onmessage = () => (engine.ready = true);
engine.onerror = () => (engine.failed = true);
const offline = import(new URL("offline.js", base)).catch(() => {});
const start = async () => {
  const app = await import(new URL(js, base));
  await offline;
  await app.default({ module_or_path: new URL(wasm, base) });
  globalThis.offline?.begin();
};
const stopped = document.getElementById("stopped");
// A version that does not start, or has stopped, gives way to one that waits.
stopped.querySelector("a").onclick = () => {
  if (globalThis.offline?.news !== "waiting") return true;
  globalThis.offline.switch();
  return false;
};
start().catch((fault) => {
  stopped.hidden = false;
  const { offline } = globalThis;
  if (offline) offline.told = () => offline.switch();
  if (offline?.news) offline.switch();
  throw fault;
});
