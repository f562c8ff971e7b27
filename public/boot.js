import "./offline.js";

const { js, wasm } = document.querySelector("script[data-js]").dataset;
const base = (document.documentElement.dataset.base = new URL(".", import.meta.url).href);
// The engine is loaded beside the app. Until the app listens, marks stand for what the engine says.
const engine = (globalThis.engine = new Worker(new URL("engine_loader.js", base), { type: "module", name: "engine" }));
engine.onmessage = () => (engine.ready = true);
engine.onerror = () => (engine.failed = true);
const start = async () => (await import(new URL(js, base))).default({ module_or_path: new URL(wasm, base) });
start().catch((fault) => ((document.getElementById("stopped").hidden = false), Promise.reject(fault)));
