import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { begin, count, csv, focus, go, names, press, startImport } from "../lib/app.mjs";
import { until } from "../lib/browser.mjs";

export const name = "a list of 3,300 customers is scrolled by its rail, by hand and by keyboard, and only a screen of it is drawn";

export async function run(context) {
  const { assert } = context;
  const file = join(context.folder, "名簿.csv");
  await writeFile(file, csv(3_000));
  const browser = await context.start();
  await begin(browser, context.url, { sample: true });
  await startImport(browser, file);
  await until("all came in", () => browser.run(() => document.querySelector(".import .notice-box.good") !== null), 30);
  await go(browser, "/");
  await until("all are in the list", async () => (await count(browser)) === 3_300);

  while (await browser.count(".toast")) await press(browser, ".toast button", "わかりました");

  const rows = () => browser.count(".window-list-row");
  const most = await rows();
  assert.ok(most < 60, `${most} rows are drawn`);
  /** The rows that are wholly seen, by place and name; empty while any of them is on its way. */
  const seen = () => browser.run(() => {
    const list = document.getElementById("customers-rows").getBoundingClientRect();
    const inside = [...document.querySelectorAll(".window-list-row:not([hidden])")].filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return top >= list.top - 1 && bottom <= list.bottom + 1;
    });
    const all = inside.map((row) => [Number(row.ariaPosInSet ?? row.getAttribute("aria-posinset")), row.querySelector(".customer-row-reading").textContent, row.querySelector(".waiting") === null]);
    return all.every(([, , here]) => here) ? all.sort(([a], [b]) => a - b).map(([place, reading]) => [place, reading]) : [];
  });
  const shows = (what, test) => {
    let last;
    return until(() => `${what}; seen: ${JSON.stringify(last?.slice(0, 3))}`, async () => {
      last = await seen();
      return last.length > 0 && test(last);
    });
  };
  const at = (mark) => `.rail-mark:nth-of-type(${mark})`;

  // The rail: さ is the third mark, は the sixth.
  for (const [mark, first] of [[3, /^[サ-ゾ]/], [6, /^[ハ-ポ]/], [1, /^[ア-オ]/]]) {
    await tap(browser, at(mark));
    await shows(`the first row is under mark ${mark}`, ([[, reading]]) => first.test(reading));
    await until("the rail shows where one is", () => browser.run((css) => document.querySelector(css).classList.contains("here"), at(mark)));
  }

  // By hand, to the end.
  await browser.run(() => { const list = document.getElementById("customers-rows"); list.scrollTop = list.scrollHeight; });
  await shows("the last row is seen", (all) => all.at(-1)[0] === 3_300);

  // By keyboard: the active row is always seen.
  await browser.run(() => document.getElementById("customers-rows").focus());
  const key = async (name, test) => {
    await browser.press(name);
    await shows(`${name} leads there`, test);
    const active = await browser.run(() => Number(document.querySelector(".window-list-row.active:not([hidden])")?.getAttribute("aria-posinset")));
    assert.ok((await seen()).some(([place]) => place === active), `the active row ${active} is seen after ${name}`);
    assert.equal((await focus(browser)).fault, null);
    return active;
  };
  assert.equal(await key("Home", ([[place]]) => place === 1), 1);
  const page = await key("PageDown", (all) => all.at(-1)[0] > 3);
  assert.ok(page > 3 && page < 40, `PageDown leads to ${page}`);
  assert.equal(await key("ArrowDown", () => true), page + 1);
  assert.equal(await key("End", (all) => all.at(-1)[0] === 3_300), 3_300);
  await key("PageUp", ([[place]]) => place < 3_300);
  assert.equal(await rows(), most, "scrolling makes no element");
  assert.ok((await names(browser)).length < 40);
}

/** Presses on the middle of an element, as a finger or a mouse does. */
async function tap(browser, css) {
  const [x, y] = await browser.run((selector) => {
    const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
    return [Math.round(x + width / 2), Math.round(y + height / 2)];
  }, css);
  const actions = [{ type: "pointerMove", x, y, duration: 0 }, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }];
  await browser.driver.post("/actions", { actions: [{ type: "pointer", id: "pointer", parameters: { pointerType: "mouse" }, actions }] });
}
