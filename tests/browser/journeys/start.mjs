export const name = "the app starts with both workers, without an error, below any path";

export async function run(context) {
  const browser = await context.start();
  await browser.open(context.url);
  await browser.waitForText("#status", "engine and sealer answer", 20);
  context.assert.equal(await browser.count("#loading"), 0);
  await context.expectNoRequest(() => browser.run(() => new Promise((done) => setTimeout(done, 500))));
  await context.expectNoProblems();

  // As a header the policy binds the workers too, which it does not as a <meta>: they must work under it.
  const strict = await context.serve({ root: context.dist, base: "/some/shop/", policyHeader: true });
  await browser.open(strict.url);
  await browser.waitForText("#status", "engine and sealer answer", 20);
}
