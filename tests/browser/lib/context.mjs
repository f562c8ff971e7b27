// What a journey gets: the app on a server of its own, and browsers on profiles of their own.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { sleep, startBrowser } from "./browser.mjs";
import { findOnDisk } from "./profile.mjs";
import { startServer } from "./server.mjs";

export class Context {
  assert = assert;
  /** The origins of this journey's servers: a request to any other one is a problem. */
  origins = [];
  #browsers = [];
  #expected = [];
  #gathered = [];
  #servers = [];

  /**
   * @param {object} options
   * @param {"chromium" | "firefox" | "webkit"} options.kind the browser of this run
   * @param {string} options.dist the built app
   * @param {string} options.artifacts where pictures and logs go, without an ending
   */
  constructor({ kind, dist, artifacts }) {
    this.kind = kind;
    this.dist = dist;
    this.artifacts = artifacts;
  }

  async begin() {
    this.folder = await mkdtemp(join(tmpdir(), "daifuku-journey-"));
    this.server = await this.serve({ root: this.dist });
    /** The address of the app. */
    this.url = this.server.url;
  }

  /** Starts another server: see `startServer`. It ends with the journey. */
  async serve(options) {
    const server = await startServer({ observe: this.kind === "webkit", ...options });
    this.#servers.push(server);
    this.origins.push(new URL(server.url).origin);
    return server;
  }

  /**
   * Starts a browser. `profile` is a name: the same name later in this journey is the same profile on disk.
   * The other options are those of `startBrowser`.
   */
  async start({ profile = "profile", ...options } = {}) {
    const folder = join(this.folder, profile);
    const downloads = join(this.folder, "downloads");
    const browser = await startBrowser(this.kind, { profile: folder, downloads, origins: this.origins, ...options });
    this.#browsers.push(browser);
    return browser;
  }

  /** Kills the browser with SIGKILL and starts another one on what it left on disk. */
  async killAndRestart(browser) {
    await this.#gather(browser);
    await browser.kill();
    this.#browsers = this.#browsers.filter((other) => other !== browser);
    const { settings } = browser;
    const next = await startBrowser(this.kind, settings);
    this.#browsers.push(next);
    return next;
  }

  /** Ends a browser in order; its problems still count. */
  async close(browser) {
    await this.#gather(browser);
    this.#browsers = this.#browsers.filter((other) => other !== browser);
    await browser.close();
  }

  /** Texts that are readable in the files of a profile or any other folder: see `findOnDisk`. */
  findOnDisk(browser, texts) {
    return findOnDisk(browser.profile, texts);
  }

  /** Waits until the server has not been asked for anything for a second: what belongs to the start has come. */
  async settle() {
    const seen = () => this.server.log.length;
    for (let before = -1; before !== seen(); await sleep(1000)) before = seen();
  }

  /** Runs `act` and fails if the server is asked for anything meanwhile. */
  async expectNoRequest(act) {
    const before = this.server.log.length;
    await act();
    const asked = this.server.log.slice(before).map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(asked, [], "the page asked the server for something");
  }

  /** Says that a problem with this text is part of the journey. */
  expectProblem(pattern) {
    this.#expected.push(pattern);
  }

  /** Fails if any browser or server of this journey has seen a problem. */
  async expectNoProblems() {
    assert.deepEqual(await this.takeProblems(), []);
  }

  /** All unexpected problems since the last time; they no longer make the journey fail. */
  async takeProblems() {
    for (const browser of this.#browsers) await this.#gather(browser);
    for (const { log, reports } of this.#servers) {
      this.#gathered.push(...reports.splice(0));
      for (const entry of log) {
        if (entry.status < 400 || entry.told || entry.path === "/favicon.ico") continue;
        entry.told = true;
        this.#gathered.push(`server: ${entry.status} for ${entry.method} ${entry.path}`);
      }
    }
    return this.#gathered.splice(0).filter((text) => !this.#expected.some((pattern) => text.match(pattern)));
  }

  async #gather(browser) {
    await browser.collectProblems();
    this.#gathered.push(...browser.problems.splice(0));
  }

  /**
   * Keeps a picture and the page of every browser, for whoever has to find out why the journey failed, and
   * prints what each page says: of a run elsewhere only the print remains.
   */
  async keepEvidence() {
    const problems = await Promise.race([this.takeProblems(), sleep(5000)]).catch(() => []);
    for (const problem of problems ?? []) console.log(`       problem: ${problem}`);
    for (const [index, browser] of this.#browsers.entries()) {
      const place = `${this.artifacts}-failed${index || ""}`;
      // The log first: a browser that hangs gives nothing more.
      await writeFile(`${place}.txt`, [...(problems ?? []), "", browser.program.output].join("\n"));
      const words = () => `${location.href} says: ${document.body?.innerText.trim().replace(/\s+/g, " ").slice(0, 600)}`;
      console.log(`       ${await browser.run(words).catch((fault) => `no page: ${fault.message}`)}`);
      await browser.screenshot(`${place}.png`).catch(() => {});
      await writeFile(`${place}.html`, await browser.driver.get("/source").catch((fault) => String(fault)));
    }
  }

  async end() {
    for (const browser of this.#browsers) await browser.kill().catch((fault) => console.error(fault.message));
    for (const server of this.#servers) await server.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
