// Chromium on a pipe: only so does it let a test install the app and open files with it, as the system would
// (https://chromedevtools.github.io/devtools-protocol/tot/PWA/).

import { spawn } from "node:child_process";

import { until } from "./browser.mjs";
import { killTree } from "./processes.mjs";

export class PipedChromium {
  #last = 0;
  #open = new Map();

  constructor(profile) {
    this.profile = profile;
    const args = [
      ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--remote-debugging-pipe"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
      ...["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", `--user-data-dir=${profile}`, "--accept-lang=ja", "--lang=ja", "about:blank"],
    ];
    this.child = spawn("/usr/bin/chromium", args, { detached: true, stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    let rest = "";
    this.child.stdio[4].setEncoding("utf8").on("data", (text) => {
      const messages = (rest + text).split("\0");
      rest = messages.pop();
      for (const { id, result, error } of messages.map((message) => JSON.parse(message))) {
        const call = this.#open.get(id);
        this.#open.delete(id);
        if (error) call?.failed(new Error(error.message));
        else call?.done(result);
      }
    });
  }

  send(method, params = {}, sessionId) {
    const id = ++this.#last;
    this.child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((done, failed) => this.#open.set(id, { done, failed }));
  }

  /** The page that is open at an address which begins with this. */
  async page(start) {
    let found;
    await until(`a page of ${start} is open`, async () => {
      const { targetInfos } = await this.send("Target.getTargets");
      found = targetInfos.find(({ type, url }) => type === "page" && url.startsWith(start));
      return found;
    }, 20);
    const { sessionId } = await this.send("Target.attachToTarget", { targetId: found.targetId, flatten: true });
    return new Page(this, found.targetId, sessionId);
  }

  kill() {
    return killTree(this.child, this.profile);
  }
}

/** As much of a browser as the words of the journeys need. */
class Page {
  constructor(browser, target, session) {
    Object.assign(this, { browser, target, session });
  }

  async run(callable, ...args) {
    const expression = `Promise.resolve((${callable})(...${JSON.stringify(args)}))`;
    const answer = await this.browser.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true }, this.session);
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
    return answer.result.value;
  }

  async open(url) {
    await this.browser.send("Page.navigate", { url }, this.session);
    await until(`${url} is open`, () => this.run((to) => location.href.startsWith(to) && document.readyState === "complete", url), 30);
  }

  count(selector) {
    return this.run((css) => document.querySelectorAll(css).length, selector);
  }

  find(selector, seconds) {
    return until(`there is ${selector}`, () => this.count(selector), seconds);
  }

  async click(selector) {
    await this.find(selector);
    return this.run((css) => document.querySelector(css).click(), selector);
  }
}
