// Opens pages in a Chromium and tells what is to be seen. Standard input: {"chromium", "pages": [{"file", "width",
// "scheme", "axe"}]}; standard output: a JSON list, a record a page.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const asked = JSON.parse(readFileSync(0, "utf-8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");
const browser = await puppeteer.launch({
  executablePath: asked.chromium,
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
});

/** What sticks out of its place. Regions that scroll on purpose are left out, labels of the map hide on purpose. */
function cut() {
  const page = document.scrollingElement;
  const found = page.scrollWidth > page.clientWidth ? [`page: ${page.scrollWidth} > ${page.clientWidth}`] : [];
  for (const element of document.querySelectorAll("body *:not(svg *)")) {
    if (element.closest(".segment, .hidden, .skip") || element.matches(".scroll")) continue;
    const style = getComputedStyle(element);
    if (style.overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1)
      found.push(`${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 60)}`);
    const region = element.closest(".scroll");
    if (!region && element.getClientRects().length && element.getBoundingClientRect().right > page.clientWidth + 1)
      found.push(`beside the page: ${element.tagName}.${element.className}`);
  }
  for (const box of document.querySelectorAll("svg .box, svg .frame")) {
    const room = box.querySelector("rect").getBBox();
    for (const text of box.querySelectorAll("text")) {
      const place = text.getBBox();
      if (place.x + place.width > room.x + room.width || place.y + place.height > room.y + room.height)
        found.push(`drawing: ${text.textContent}`);
    }
  }
  return found;
}

/** Links of which a click (of links of a row to itself, eight are tried) does not bring the target to the top of the view, or the page to its end. */
async function lost(page) {
  const found = [];
  const links = await page.$$eval("a[href^='#']", (all) => {
    const own = all.filter((a) => a.matches(".self")), step = Math.ceil(own.length / 8);
    return [...all.filter((a) => !a.matches(".self")), ...own.filter((_, n) => n % step === 0)].map((a) => a.getAttribute("href"));
  });
  for (const link of links) {
    await page.$eval(`a[href="${link}"]`, (a) => a.click());
    const seen = await page.$eval(`[id="${link.slice(1)}"]`, async (target) => {
      const seen = () => {
        const { scrollHeight } = document.scrollingElement;
        const { top, height } = target.getBoundingClientRect();
        const ended = scrollY + innerHeight >= scrollHeight - 2;
        return height > 0 && top > -2 && top < (ended ? innerHeight : 60);
      };
      // A link into what is folded opens it first.
      for (let frame = 0; frame < 3 || (frame < 30 && !seen()); frame++) await new Promise(requestAnimationFrame);
      return seen();
    });
    if (!seen) found.push(link);
  }
  return found;
}

async function look({ file, width, scheme, axe: judged }) {
  const page = await browser.newPage();
  const requests = [], said = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  const url = pathToFileURL(file).href;
  await page.goto(url, { waitUntil: "load" });
  const told = {
    requests: requests.filter((each) => each !== url),
    said,
    milliseconds: await page.evaluate(() => {
      const [entry] = performance.getEntriesByType("navigation");
      return Math.round(entry.loadEventEnd - entry.startTime);
    }),
    background: await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
    cut: await page.evaluate(cut),
  };
  await page.keyboard.press("Tab");
  told.first = await page.evaluate(() => {
    const place = document.activeElement.getBoundingClientRect();
    return { text: document.activeElement.textContent, seen: place.left >= 0 && place.right <= innerWidth };
  });
  told.lost = await lost(page);
  told.violations = [];
  if (judged) {
    await page.evaluate(axe);
    // Hundreds of resources are alike: three of a type are looked at.
    await page.$$eval(".plain > .item:nth-child(n + 4)", (all) => all.forEach((each) => each.remove()));
    await page.$$eval("details", (all) => all.forEach((each) => (each.open = true)));
    told.opened = await page.evaluate(cut);
    const result = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    told.violations = result.violations.map((v) => `${v.id}: ${v.nodes.length}: ${v.nodes[0].html.slice(0, 120)}`);
    await page.$$eval("details", (all) => all.forEach((each) => (each.open = false)));
    await page.emulateMediaType("print");
    told.unprinted = await page.$$eval("details.print", (all) =>
      all.filter((each) => !each.lastElementChild.checkVisibility()).map((each) => each.textContent));
    const pdf = Buffer.from(await page.pdf({ format: "A4", printBackground: true }));
    told.pdf = { is: pdf.subarray(0, 5).toString(), pages: pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length };
  }
  await page.close();
  return told;
}

const told = [];
for (const page of asked.pages) told.push(await look(page));
await browser.close();
process.stdout.write(JSON.stringify(told));
