const { js, wasm } = document.querySelector("script[data-js]").dataset;
const base = (document.documentElement.dataset.base = new URL(".", import.meta.url).href);
const start = async () => (await import(new URL(js, base))).default({ module_or_path: new URL(wasm, base) });
start().catch((fault) => ((document.getElementById("stopped").hidden = false), Promise.reject(fault)));
