import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { until } from "../lib/browser.mjs";
import { begin, says, tryPassphrase } from "../lib/app.mjs";
import { PipedChromium } from "../lib/installed.mjs";

export const name = "the app is installed, and opens the files that the system opens with it";
/** Only Chromium can be told to install an app. */
export const browsers = ["chromium"];
export const seconds = 120;

export async function run(context) {
  const { assert } = context;
  const browser = new PipedChromium(join(context.folder, "installed"));
  try {
    const first = await browser.page("about:blank");
    await begin(first, context.url);
    const { installabilityErrors } = await browser.send("Page.getInstallabilityErrors", {}, first.session);
    assert.deepEqual(installabilityErrors, []);
    const app = { manifestId: context.url };
    await browser.send("PWA.install", { ...app, installUrlOrBundleUrl: context.url });
    const { fileHandlers } = await browser.send("PWA.getOsAppState", app);
    assert.deepEqual(fileHandlers.flatMap(({ accepts }) => accepts.flatMap(({ fileExtensions }) => fileExtensions)), [".age"]);
    // The notebook is let go, and the browser goes on to have a window.
    await first.open("about:blank");

    const file = join(context.folder, "花子から.age");
    await writeFile(file, "何でもない文");
    // What was installed a moment ago can't always be launched at once.
    const launch = () => browser.send("PWA.launchFilesInApp", { ...app, files: [file] }).catch((fault) => fault);
    let launched;
    await until("the app is launched", async () => {
      launched = await launch();
      return !(launched instanceof Error);
    }, 30);
    const opened = await browser.page(context.url);
    await tryPassphrase(opened, "ひろい うみ しずかな やま あおい そら");
    await says(opened, "花子から.age", 30);
    // It is no file of this app, and says so.
    await says(opened, "大福帳のファイルではありません", 20);
  } finally {
    await browser.kill();
  }
}
