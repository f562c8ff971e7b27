// The two protocols that drive a browser: WebDriver (HTTP) for commands, WebDriver BiDi (WebSocket) for
// what the browser tells by itself. Only what the journeys need.

import WebSocket from "ws";

/** The key under which WebDriver hands out elements. */
export const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** How long a browser may take to start, in milliseconds. */
const START_LIMIT = 40_000;

/** One WebDriver session. */
export class WebDriver {
  #session;

  static async start(driverUrl, capabilities) {
    const body = { capabilities: { alwaysMatch: capabilities } };
    const value = await call("POST", `${driverUrl}/session`, body, START_LIMIT);
    return new WebDriver(`${driverUrl}/session/${value.sessionId}`, value.capabilities);
  }

  constructor(session, capabilities) {
    this.#session = session;
    this.capabilities = capabilities;
  }

  get(path) {
    return call("GET", `${this.#session}${path}`);
  }

  post(path, body = {}) {
    return call("POST", `${this.#session}${path}`, body);
  }

  delete(path = "") {
    return call("DELETE", `${this.#session}${path}`);
  }
}

async function call(method, url, body, limit = 120_000) {
  const response = await fetch(url, {
    method,
    headers: body && { "Content-Type": "application/json; charset=utf-8" },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(limit),
  });
  const { value } = await response.json();
  if (!response.ok) throw new WebDriverError(value);
  return value;
}

/** What a driver refused; `code` is the word of the specification, such as "no such element". */
export class WebDriverError extends Error {
  constructor({ error, message }) {
    super(`${error}: ${String(message).split("\n")[0]}`);
    this.code = error;
  }
}

/** One WebDriver BiDi connection. */
export class BiDi {
  #socket;
  #next = 1;
  #waiting = new Map();

  /** @param {(method: string, params: object) => void} onEvent */
  static async connect(url, onEvent) {
    const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 256 * 1024 * 1024 });
    await new Promise((done, failed) => socket.once("open", done).once("error", failed));
    return new BiDi(socket, onEvent);
  }

  constructor(socket, onEvent) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const message = JSON.parse(data);
      if (message.type === "event") return onEvent(message.method, message.params);
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.type === "error") waiting?.failed(new WebDriverError(message));
      else waiting?.done(message.result);
    });
    const ended = () => {
      for (const { failed } of this.#waiting.values()) failed(new Error("the browser has ended"));
      this.#waiting.clear();
    };
    socket.on("close", ended).on("error", ended);
  }

  send(method, params = {}) {
    const id = this.#next++;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#socket.send(JSON.stringify({ id, method, params }), (fault) => fault && failed(fault));
    });
  }

  close() {
    this.#socket.terminate();
  }
}
