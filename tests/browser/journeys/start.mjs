import { until } from "../lib/browser.mjs";

export const name = "the app starts with its engine, without an error and without another request, below any path";

export async function run(context) {
  const browser = await context.start();
  await start(context, browser, context.server);
  await context.settle();
  await context.expectNoRequest(() => browser.run(() => new Promise((done) => setTimeout(done, 1000))));
  await context.expectNoProblems();

  // As a header the policy binds the workers too, which it does not as a <meta>: they must work under it.
  const strict = await context.serve({ root: context.dist, base: "/some/shop/", policyHeader: true });
  await start(context, browser, strict);
  // A page that is left while parts of the app are on their way gives them up.
  context.expectProblem(/ServiceWorker intercepted the request|The operation was aborted|NetworkError when attempting/);
  // Again and again, as long as the workers of the page before may still be ending.
  for (let round = 0; round < 5; round++) {
    await browser.open(strict.url);
    await browser.find('form.door-card input[type="checkbox"]', 12);
  }
}

async function start({ assert }, browser, server) {
  await browser.open(server.url);
  const started = () => browser.run(() => document.getElementById("app").childElementCount > 0);
  await until("the app is mounted", started, 20);
  await until("the notice about loading is gone", () => browser.run(() => !document.querySelector("#loading:not([hidden])")));
  await until("the engine is loaded", () => server.log.some(({ path }) => path.endsWith("/engine_bg.wasm")), 20);
  assert.equal(await browser.run(() => document.getElementById("stopped").hidden), true);
}
