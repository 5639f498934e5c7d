// What a moderator does all day, in Firefox, over WebDriver BiDi. tests/firefox serves the site, and starts this.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "puppeteer-core";

const { FIREFOX, SITE, WIDTH, EMAIL, PASSWORD, PICTURE, UNSETTLED } = process.env;
const PATIENCE = 20_000; // milliseconds at most for what a page comes to
const WORDS = "Two lines;\nof a note";
const UNREAD = ".row[data-unread=true]:has(form)";
const isWide = WIDTH >= 960;
let browser;
let page;
let first; // the number of the conversation that all of it is about
let broken = "";
const complaints = [];

// Each step goes on from the one before: none is tried after one that failed.
const step = (name, walk) => test(name, async () => {
  assert.equal(broken, "", "a step before failed");
  broken = name;
  await walk();
  assert.deepEqual(complaints, []);
  const [needed, given] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(needed <= given, `${page.url()} is ${needed} pixels wide`);
  broken = "";
});

const holds = (condition, ...given) => page.waitForFunction(condition, {}, ...given);
// A control takes a press once nothing is under way and it has stood there for a moment.
const press = async (selector) => {
  await holds((unsettled) => !document.querySelector(unsettled), UNSETTLED);
  await page.locator(selector).click();
};
const open = async (id) => {
  const name = await page.$eval(`#open-${id}`, (row) => row.innerText);
  await press(`#open-${id}`);
  await holds((path) => location.pathname.endsWith(path), `/chatrooms/${id}/`);
  await holds((told) => document.querySelector(".conversation h2")?.innerText === told, name);
};

before(async () => {
  browser = await launch({
    browser: "firefox",
    executablePath: FIREFOX,
    extraPrefsFirefox: { "intl.accept_languages": "en", "network.proxy.type": 0 },
    defaultViewport: { width: Number(WIDTH), height: 900 },
  });
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on("console", (said) => ["error", "warn"].includes(said.type()) && complaints.push(said.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
});
after(async () => {
  if (broken) await page?.screenshot({ path: PICTURE });
  await browser?.close();
});

step("signs in", async () => {
  await page.goto(SITE);
  await page.locator("[name=login]").fill(EMAIL);
  await page.locator("[name=password]").fill(PASSWORD);
  await page.locator("form:has([name=password]) button.primary").click();
  await page.locator('a[data-key="g a"]').click();
  await page.locator("::-p-text(Léa Moreau)").click();
  await page.locator("h1::-p-text(Léa Moreau)").wait();
});

step("opens a conversation", async () => {
  first = await page.$eval(UNREAD, (row) => row.dataset.item);
  await open(first);
});

step("marks it read", async () => {
  await press("button#read-conversation");
  await holds(() => document.querySelector("#toast-words")?.innerText.startsWith("Marked read for Léa: "));
  await page.locator("span#read-conversation").wait();
  if (isWide) await page.locator(`#chatroom-${first}[data-unread=false]`).wait();
});

step("goes back to the list, and forward", async () => {
  const here = page.url();
  await page.evaluate(() => history.back());
  await holds(() => location.pathname.endsWith("/ambassadors/100/"));
  await page.locator(`#chatroom-${first}[data-unread=false]`).wait();
  await page.evaluate(() => history.forward());
  await holds((url) => location.href === url, here);
  await page.locator("span#read-conversation").wait();
  await page.evaluate(() => history.back());
  await holds(() => location.pathname.endsWith("/ambassadors/100/"));
});

step("filters, and takes the filter off by Back and on by Forward", async () => {
  const isChosen = (name) => holds((told) => document.querySelector(".tabs [aria-current]")?.innerText === told, name);
  const showsOthers = () => page.locator(".row[data-unread=false]").wait();
  const showsNoOthers = () => holds(() => document.querySelector(".row") && !document.querySelector(".row[data-unread=false]"));
  await showsOthers();
  await press(".tabs ::-p-text(Unread)");
  await isChosen("Unread");
  await showsNoOthers();
  await page.evaluate(() => history.back());
  await isChosen("All");
  await showsOthers();
  await page.evaluate(() => history.forward());
  await isChosen("Unread");
  await showsNoOthers();
  await page.evaluate(() => history.back());
  await isChosen("All");
  await showsOthers();
});

step("writes a note", async () => {
  await open(first);
  await page.locator("#note").fill(WORDS);
  await press("#note-button");
  await holds((words) => document.querySelector(".review-known").innerText.includes(words), WORDS);
  assert.equal(await page.$eval("#note", (field) => field.value), "");
});

step("reviews it, and goes on to the next", async () => {
  await press("#review-button");
  await holds((path) => !location.pathname.includes(path), `/chatrooms/${first}/`);
  await holds(() => location.pathname.includes("/chatrooms/"));
  await holds(() => document.querySelector("#toast-words")?.innerText.startsWith("Reviewed for Léa: "));
  await page.locator("#review-button").wait();
});
