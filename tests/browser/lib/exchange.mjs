// What colleagues do with each other's files, in the words of the journeys.

import { downloaded, go, openCustomer, press, says, set } from "./app.mjs";
import { until } from "./browser.mjs";

/** Saves the card of this device. */
export async function saveCard(context, browser, device) {
  await go(browser, "/team");
  await press(browser, ".button", "名刺を保存する");
  return downloaded(context, "daifuku-card", `${device}.txt`);
}

/** Takes in a card whose digits were compared. */
export async function takeCard(browser, file) {
  await go(browser, "/team");
  await browser.type('main input[type="file"]', file);
  await press(browser, ".button", "同じだった");
  await says(browser, "仲間に加えました");
}

/** Makes a file with what is new for all colleagues, and saves it. */
export async function give(context, browser, target) {
  await go(browser, "/");
  await go(browser, "/share");
  await until("all colleagues are chosen", () => browser.run(() => {
    const boxes = [...document.querySelectorAll(".share-members input")];
    boxes.filter((box) => !box.checked).forEach((box) => box.click());
    return boxes.length > 0 && boxes.every((box) => box.checked);
  }));
  await press(browser, ".button.primary", "渡すファイルを作る");
  await says(browser, "ファイルができました", 30);
  await press(browser, ".button", "ファイルを保存する");
  const path = await downloaded(context, "daifuku-team", target);
  await press(browser, ".button", "ほかのファイルを作る");
  return path;
}

/** Opens a file and waits for what it would do. */
export async function openFile(browser, file) {
  await go(browser, "/");
  await go(browser, "/take-in");
  await until("no file is open", () => browser.run(() => {
    const close = [...document.querySelectorAll(".button")].find((each) => each.textContent.includes("次のファイル"));
    close?.click();
    return document.querySelector('main input[type="file"]') !== null;
  }));
  await browser.type('main input[type="file"]', file);
  await browser.find(".bundle-preview", 30);
}

/** Opens a file and takes it in. */
export async function takeIn(browser, file) {
  await openFile(browser, file);
  await press(browser, ".button", "取り込む");
  await says(browser, "取り込みました", 30);
}

/** Changes the name of the customer whose name so far contains `part`. */
export async function rename(browser, part, name) {
  await go(browser, "/");
  await openCustomer(browser, part);
  await browser.click(".name-name button");
  await set(browser, ".name-name input", name);
  await browser.run(() => document.querySelector(".name-name input").blur());
  await says(browser, name);
}
