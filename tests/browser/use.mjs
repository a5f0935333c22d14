// Uses the script of an HTML report by keyboard and mouse. Standard input: {"chromium", "file"}; standard output: JSON.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const asked = JSON.parse(readFileSync(0, "utf-8"));
const browser = await puppeteer.launch({ executablePath: asked.chromium, headless: true, args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage();
const told = { said: [] };
page.on("pageerror", (error) => told.said.push(String(error)));
const url = pathToFileURL(asked.file).href;
await page.goto(url, { waitUntil: "load" });
const count = (selector) => page.$$eval(selector, (all) => all.filter((each) => each.checkVisibility()).length);
const status = () => page.$eval("[data-tool=status]", (each) => each.textContent);

told.findings = await count(".finding");
await page.focus("[data-tool=search]");
await page.keyboard.type(asked.word);
told.searched = [await count(".finding"), await status()];
await page.$eval("[data-tool=search]", (field) => { field.value = ""; field.dispatchEvent(new Event("input")); });
await page.select("[data-tool=level]", "look");
told.warnings = await count(".finding");
await page.select("[data-tool=level]", "");
await page.select("[data-tool=place]", "true");
told.production = await page.$$eval(".item:not([hidden])", (all) => all.every((each) => "production" in each.dataset));
await page.select("[data-tool=place]", "");
await page.click("[data-tool=expand]");
told.expanded = await page.$$eval("main details:not(.body):not([open])", (all) => all.length);
await page.click("[data-tool=collapse]");
told.collapsed = await page.$$eval("main details[open]", (all) => all.length);
await page.evaluate(() => { window.copied = ""; navigator.clipboard.writeText = async (text) => { window.copied = text; }; });
await page.focus(".finding .copy");
await page.keyboard.press("Enter");
told.copied = (await page.evaluate(() => window.copied)).replace(url, "");
told.link = await page.$eval(".finding .self", (link) => link.getAttribute("href"));
const target = await page.$eval(".plain > .item", (item) => item.id);
await page.goto("about:blank");
await page.goto(`${url}#${target}`, { waitUntil: "load" });
told.followed = await page.$eval(`[id="${target}"]`, (item) => item.checkVisibility());
told.body = await page.$eval(`[id="${target}"] .body`, async (details) => {
  details.open = true;
  for (let tries = 0; tries < 50 && !details.querySelector("pre").textContent; tries++) await new Promise((done) => setTimeout(done, 20));
  return JSON.parse(details.querySelector("pre").textContent);
});
await browser.close();
process.stdout.write(JSON.stringify(told));
