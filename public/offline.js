// The page's side of sw.js: starts it, says when a new version waits, and fetches what was shared to the app.
// The app reads `offline` (src/ui/offline.rs).

const workers = navigator.serviceWorker;
let holds = false;
const offline = (globalThis.offline = {
  /** `waiting`: a new version waits to be switched to. `replaced`: another page has switched to one. */
  news: "",
  /** Called when there are news. */
  told: () => {},
  /** Goes over to the new version; the page is loaded anew. */
  switch: () => location.reload(),
  /** Whether nothing is typed on the page, and no file was shared to it. */
  isBlank: () => !holds && [...document.querySelectorAll("textarea, input:not([readonly], [type=checkbox], [type=radio])")].every(({ value }) => !value),
  /** To be called when the app has started. */
  begin: () => {},
  /** The files that were shared to the app. */
  shared: Promise.resolve([]),
});

if (workers && isSecureContext) {
  // The first worker takes over a page that had none: nothing is replaced then.
  let controlled = Boolean(workers.controller);
  let switching = false;
  workers.addEventListener("controllerchange", () => {
    if (switching) return location.reload();
    offline.switch = () => location.reload();
    if (controlled) tell("replaced");
    controlled = true;
  });
  if (workers.controller && new URLSearchParams(location.search).has("shared")) offline.shared = ask(workers.controller);
  const look = async (registration) => {
    const { waiting } = registration;
    if (!waiting || !workers.controller) return;
    // WebKit sometimes installs the same version once more: each version keeps files of its own.
    const names = await caches.keys().catch(() => []);
    if (names.filter((name) => name.startsWith(`daifuku ${new URL(".", import.meta.url).pathname} `)).length === 1) return;
    offline.switch = () => {
      switching = true;
      // One that is gone does not answer, and what happens later is not what was asked for.
      setTimeout(() => (switching = false), 10_000);
      waiting.postMessage("switch");
    };
    tell("waiting");
  };
  const begin = () => workers
    .register(new URL("sw.js", import.meta.url), { updateViaCache: "none" })
    .then((registration) => {
      const follow = () => registration.installing?.addEventListener("statechange", () => look(registration));
      look(registration);
      follow();
      registration.addEventListener("updatefound", follow);
    })
    // Without it the app works as long as there is a network.
    .catch(() => {});
  // The very first time it would fetch everything beside what the app waits for.
  if (workers.controller) begin();
  else offline.begin = begin;
}

function tell(news) {
  offline.news = news;
  offline.told();
}

function ask(worker) {
  holds = true;
  history.replaceState(null, "", location.pathname + location.hash);
  const { port1, port2 } = new MessageChannel();
  worker.postMessage("shared", [port2]);
  return new Promise((done) => {
    port1.onmessage = ({ data }) => done(data);
    setTimeout(() => done([]), 5000);
  });
}
