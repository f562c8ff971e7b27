// A real browser on a profile of its own: Chromium, Firefox or WebKit (MiniBrowser under Xvfb).
//
// A browser collects its `problems` while it runs: console errors, uncaught errors, violations of the content
// security policy, requests to any other origin. A journey fails if there is one that it did not expect.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { freePort, killTree, startProgram } from "./processes.mjs";
import { BiDi, ELEMENT, WebDriver } from "./webdriver.mjs";

export const KINDS = ["chromium", "firefox", "webkit"];
/** The widths of screenshots: a phone, a tablet, a desktop. */
export const WIDTHS = [390, 820, 1440];

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];

/**
 * Starts a browser.
 *
 * @param {"chromium" | "firefox" | "webkit"} kind
 * @param {object} options
 * @param {string} options.profile folder of the profile; what an earlier browser left there is used (not by
 *   WebKit, which keeps nothing when it is driven)
 * @param {string} options.downloads folder for downloads (not in WebKit)
 * @param {"light" | "dark"} [options.scheme] the colour scheme that the system asks for
 * @param {string} [options.language] the language that the user prefers
 * @param {string[]} options.origins the only origins that may be asked for anything
 */
export async function startBrowser(kind, options) {
  await mkdir(options.profile, { recursive: true });
  await mkdir(options.downloads, { recursive: true });
  const settings = { scheme: "light", language: "ja", ...options };
  const start = () => new { chromium: Chromium, firefox: Firefox, webkit: WebKit }[kind](settings).start();
  return start().catch((fault) => {
    // Nothing of the app has run yet. On a busy machine browsers sometimes hang when they start.
    console.log(`       ${kind} did not start, and is started once more: ${fault.message.split("\n")[0]}`);
    return start();
  });
}

class Browser {
  problems = [];
  /** Addresses of all requests, if the browser tells (Chromium and Firefox). */
  requests = [];

  constructor(settings) {
    this.settings = settings;
    this.profile = settings.profile;
    this.downloads = settings.downloads;
  }

  // --- life -------------------------------------------------------------------------------------

  async startDriver(program, args, env = {}) {
    const port = await freePort();
    this.program = startProgram(program, args(port), { env });
    this.driverUrl = `http://127.0.0.1:${port}`;
    const ready = async () => {
      if (this.program.child.exitCode !== null) throw new Error(`${program} ended: ${this.program.output}`);
      return (await fetch(`${this.driverUrl}/status`).catch(() => undefined))?.ok;
    };
    await until(`${program} is ready`, ready, 60).catch(async (fault) => {
      await this.kill();
      throw fault;
    });
  }

  async startSession(capabilities) {
    try {
      this.driver = await WebDriver.start(this.driverUrl, capabilities);
      await this.driver.post("/timeouts", { script: 60_000, pageLoad: 60_000, implicit: 0 });
      const { webSocketUrl } = this.driver.capabilities;
      if (typeof webSocketUrl === "string") await this.listen(webSocketUrl);
    } catch (fault) {
      fault.message += `\n${this.program.output.slice(-2000)}`;
      await this.kill();
      throw fault;
    }
    return this;
  }

  async listen(webSocketUrl) {
    this.bidi = await BiDi.connect(webSocketUrl, (method, params) => this.onEvent(method, params));
    await this.bidi.send("session.subscribe", { events: ["log.entryAdded", "network.beforeRequestSent"] });
    await this.bidi.send("script.addPreloadScript", { functionDeclaration: `${reportViolations}` });
  }

  onEvent(method, params) {
    if (method === "network.beforeRequestSent") {
      const { url } = params.request;
      this.requests.push(url);
      if (/^(https?|wss?):/.test(url) && !this.settings.origins.includes(new URL(url).origin)) {
        this.problems.push(`request to another origin: ${url}`);
      }
    } else if (method === "log.entryAdded" && params.level === "error") {
      const place = params.stackTrace?.callFrames?.[0];
      this.problems.push(`${params.type}: ${params.text}${place ? ` (${place.url}:${place.lineNumber + 1})` : ""}`);
    }
  }

  /** All problems until now, after those that are still on their way have come. */
  async collectProblems() {
    await sleep(200);
    return this.problems;
  }

  /** Ends the browser as a user does. */
  async close() {
    await this.driver?.delete().catch(() => {});
    await this.kill();
  }

  /** Ends the browser as a power cut does: every process gets SIGKILL at once. */
  async kill() {
    await killTree(this.program.child, this.profile);
    this.bidi?.close();
  }

  // --- pages ------------------------------------------------------------------------------------

  open(url) {
    return this.driver.post("/url", { url });
  }

  reload() {
    return this.driver.post("/refresh");
  }

  back() {
    return this.driver.post("/back");
  }

  url() {
    return this.driver.get("/url");
  }

  /** The handles of all tabs. */
  tabs() {
    return this.driver.get("/window/handles");
  }

  /** Opens another tab on the same profile and moves to it; resolves to its handle. */
  async openTab(url) {
    const { handle } = await this.driver.post("/window/new", { type: "tab" });
    await this.useTab(handle);
    if (url) await this.open(url);
    return handle;
  }

  useTab(handle) {
    return this.driver.post("/window", { handle });
  }

  closeTab() {
    return this.driver.delete("/window");
  }

  /** Runs a function in the page with arguments that JSON can carry, and waits for its promise. */
  async run(callable, ...args) {
    const script = `const [args, done] = arguments;
      Promise.resolve((${callable})(...args)).then((value) => done({ value }), (fault) => done({ fault: String(fault) }));`;
    const { value, fault } = await this.driver.post("/execute/async", { script, args: [args] });
    if (fault !== undefined) throw new Error(fault);
    return value;
  }

  // --- elements: by CSS selector, or { text: "…", in: "button" } for the one with this text --------

  /** Waits for the element, and fails with a sentence if it does not come. */
  async find(selector, seconds = 10) {
    const [using, value] = locator(selector);
    let found;
    const look = async () => {
      [found] = await this.driver.post("/elements", { using, value });
      return found;
    };
    await until(`there is ${JSON.stringify(selector)}`, look, seconds);
    return found[ELEMENT];
  }

  async count(selector) {
    const [using, value] = locator(selector);
    return (await this.driver.post("/elements", { using, value })).length;
  }

  /** Waits until the element is gone. */
  gone(selector, seconds = 10) {
    return until(`${JSON.stringify(selector)} is gone`, async () => (await this.count(selector)) === 0, seconds);
  }

  async text(selector, seconds) {
    return this.driver.get(`/element/${await this.find(selector, seconds)}/text`);
  }

  /** Waits until the element's text has a part, or matches a pattern. */
  async waitForText(selector, part, seconds = 10) {
    let last;
    const fits = async () => {
      const id = await this.find(selector, seconds);
      last = await this.driver.get(`/element/${id}/text`).catch(() => undefined);
      return last !== undefined && (part instanceof RegExp ? part.test(last) : last.includes(part));
    };
    await until(() => `${JSON.stringify(selector)} says ${part}; it says ${JSON.stringify(last)}`, fits, seconds);
    return last;
  }

  async click(selector) {
    return this.driver.post(`/element/${await this.find(selector)}/click`);
  }

  /** Types into the element; into `<input type="file">`, a path of a file to choose. */
  async type(selector, text) {
    return this.driver.post(`/element/${await this.find(selector)}/value`, { text });
  }

  /** Empties the element and types into it. */
  async fill(selector, text) {
    const id = await this.find(selector);
    await this.driver.post(`/element/${id}/clear`);
    return this.driver.post(`/element/${id}/value`, { text });
  }

  /**
   * Presses keys one after the other, as `Tab`, `Enter` or one character, with the focus where it is; other keys
   * are held meanwhile as in `Control+Enter`.
   */
  async press(...keys) {
    const codes = { Backspace: "\uE003", Tab: "\uE004", Enter: "\uE007", Shift: "\uE008", Control: "\uE009", Escape: "\uE00C" };
    Object.assign(codes, { ArrowLeft: "\uE012", ArrowUp: "\uE013", ArrowRight: "\uE014", ArrowDown: "\uE015" });
    Object.assign(codes, { PageUp: "\uE00E", PageDown: "\uE00F", End: "\uE010", Home: "\uE011", Delete: "\uE017" });
    const actions = keys.flatMap((key) => {
      const chord = (key.length > 1 ? key.split("+") : [key]).map((part) => codes[part] ?? part);
      const event = (type) => (value) => ({ type, value });
      return [...chord.map(event("keyDown")), ...chord.reverse().map(event("keyUp"))];
    });
    return this.driver.post("/actions", { actions: [{ type: "key", id: "keys", actions }] });
  }

  // --- looks ------------------------------------------------------------------------------------

  /** Makes the page this wide and high, in CSS pixels. */
  async resize(width, height = 900) {
    const context = await this.driver.get("/window");
    await this.bidi.send("browsingContext.setViewport", { context, viewport: { width, height } });
  }

  /** Writes a picture of what the page shows. */
  async screenshot(file) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, Buffer.from(await this.driver.get("/screenshot"), "base64"));
  }

  /** Writes pictures of the page as a phone, a tablet and a desktop show it: `file` gets the width appended. */
  async screenshots(file) {
    for (const width of WIDTHS) {
      await this.resize(width);
      await this.screenshot(`${file}-${width}.png`);
    }
  }

  /** Runs axe on the page with the rules of WCAG 2.0 to 2.2, A and AA; resolves to one line for each fault. */
  async accessibilityFaults() {
    axeSource ??= await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    // Scripts of the driver are not bound by the policy of the page.
    await this.driver.post("/execute/sync", { script: `if (!window.axe) {${axeSource}}`, args: [] });
    const violations = await this.run(
      async (values) => {
        const found = await window.axe.run(document, { runOnly: { type: "tag", values }, preload: false });
        return found.violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => node.target) }));
      },
      WCAG,
    );
    return violations.map(({ id, help, at }) => `${id}: ${help} (${at.join(", ")})`);
  }
}

class Chromium extends Browser {
  kind = "chromium";

  async start() {
    await this.startDriver("chromedriver", (port) => [`--port=${port}`]);
    const { scheme, language } = this.settings;
    await this.startSession({
      browserName: "chrome",
      webSocketUrl: true,
      "goog:loggingPrefs": { browser: "ALL" },
      "goog:chromeOptions": {
        binary: "/usr/bin/chromium",
        args: [
          ...["headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run"],
          ...["disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage"],
          // No name leads anywhere: whatever asks for another host fails with an error in the console.
          "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
          `user-data-dir=${this.profile}`,
          `accept-lang=${language}`,
          "window-size=1440,900",
        ],
        prefs: { "intl.accept_languages": language, "download.default_directory": this.downloads },
      },
    });
    await this.setScheme(scheme);
    return this;
  }

  /** Changes the colour scheme of the page that is open. */
  setScheme(scheme) {
    return this.devtools("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: scheme }],
    });
  }

  devtools(cmd, params = {}) {
    return this.driver.post("/goog/cdp/execute", { cmd, params });
  }

  // The log of DevTools also has what no script can see, such as files that could not be loaded.
  async collectProblems() {
    await super.collectProblems();
    for (const { level, message, source } of await this.driver.post("/se/log", { type: "browser" })) {
      if (level === "SEVERE" && source !== "console-api") this.problems.push(`${source}: ${message}`);
    }
    return this.problems;
  }
}

class Firefox extends Browser {
  kind = "firefox";

  async start() {
    const marionette = await freePort();
    const socket = await freePort();
    const ports = (port) => [`--port=${port}`, `--marionette-port=${marionette}`, `--websocket-port=${socket}`];
    await this.startDriver("geckodriver", ports, { HOME: this.profile, MOZ_HEADLESS: "1" });
    return this.startSession({
      browserName: "firefox",
      webSocketUrl: true,
      "moz:firefoxOptions": {
        binary: ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find(existsSync),
        args: ["-profile", this.profile, "--width=1440", "--height=900"],
        prefs: {
          "intl.accept_languages": this.settings.language,
          "layout.css.prefers-color-scheme.content-override": this.settings.scheme === "dark" ? 0 : 1,
          // A killed browser must not bring its old tab back: it would hold the notebook.
          "browser.sessionstore.resume_from_crash": false,
          "browser.download.folderList": 2,
          "browser.download.dir": this.downloads,
        },
      },
    });
  }
}

// WebKit's driver tells nothing by itself: the server that the page comes from has to observe it.
class WebKit extends Browser {
  kind = "webkit";

  async start() {
    const screen = await startScreen();
    const { scheme, language } = this.settings;
    const locale = language === "ja" ? "ja_JP" : "en_US";
    const locales = join(this.profile, "locales");
    // WebKit takes its language from the locale, which the system may not have built.
    await mkdir(locales, { recursive: true });
    await promisify(execFile)("localedef", ["-i", locale, "-f", "UTF-8", join(locales, `${locale}.UTF-8`)]);
    // The buttons around the page would keep the window wider than a phone.
    const style = join(this.profile, "config", "gtk-3.0");
    await mkdir(style, { recursive: true });
    await writeFile(join(style, "gtk.css"), "* { min-width: 0; margin: 0; padding: 0; font-size: 1px; }");
    await this.startDriver("WebKitWebDriver", (port) => [`--port=${port}`], {
      DISPLAY: screen,
      HOME: this.profile,
      XDG_CONFIG_HOME: join(this.profile, "config"),
      XDG_DATA_HOME: join(this.profile, "data"),
      XDG_CACHE_HOME: join(this.profile, "cache"),
      GTK_THEME: scheme === "dark" ? "Adwaita:dark" : "Adwaita",
      LOCPATH: locales,
      LC_ALL: `${locale}.UTF-8`,
      NO_AT_BRIDGE: "1",
    });
    return this.startSession({
      browserName: "MiniBrowser",
      "webkitgtk:browserOptions": {
        binary: await miniBrowser(),
        args: ["--automation"],
      },
    });
  }

  async resize(width, height = 900) {
    const inner = () => this.run(() => [innerWidth, innerHeight]);
    for (let turn = 0; turn < 3; turn++) {
      const [w, h] = await inner();
      if (w === width && h === height) return;
      const now = await this.driver.get("/window/rect");
      await this.driver.post("/window/rect", { width: now.width + width - w, height: now.height + height - h });
      await sleep(100);
    }
  }
}

let axeSource;
let screen;

/** One virtual screen for all WebKit browsers; it ends with this process. */
function startScreen() {
  screen ??= new Promise((done, failed) => {
    const args = ["-displayfd", "1", "-screen", "0", "1920x1200x24", "-nolisten", "tcp"];
    const { child } = startProgram("Xvfb", args, {
      onLine: (line) => /^\d+$/.test(line) && done(`:${line}`),
    });
    child.once("exit", () => failed(new Error("Xvfb ended")));
    child.unref();
    process.once("exit", () => child.kill("SIGKILL"));
  });
  return screen;
}

async function miniBrowser() {
  const machine = { x64: "x86_64", arm64: "aarch64" }[process.arch] ?? process.arch;
  const places = ["webkitgtk-6.0", "webkit2gtk-4.1", "webkit2gtk-4.0"].map(
    (version) => `/usr/lib/${machine}-linux-gnu/${version}/MiniBrowser`,
  );
  const found = places.find(existsSync);
  if (!found) throw new Error(`MiniBrowser is in none of ${places.join(", ")}`);
  return found;
}

function locator(selector) {
  if (typeof selector === "string") return ["css selector", selector];
  const { text, in: tag = "*" } = selector;
  return ["xpath", `//${tag}[normalize-space(.)=${JSON.stringify(text)} and not(ancestor::*[@hidden])]`];
}

/** Runs in every page before its own scripts: a violation becomes a console error. */
function reportViolations() {
  addEventListener("securitypolicyviolation", (event) => {
    console.error(`policy violation: ${event.effectiveDirective} ${event.blockedURI}`);
  });
}

export function sleep(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

/** Waits until `test` resolves to something true; `what` completes the sentence "waited in vain until …". */
export async function until(what, test, seconds = 10) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await test();
    if (value) return value;
    if (end < Date.now()) throw new Error(`waited ${seconds} s in vain until ${typeof what === "function" ? what() : what}`);
    await sleep(50);
  }
}
