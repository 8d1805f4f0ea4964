/* Others read what `tmscdp report` wrote. One JSON line on stdout a reader.
 *
 *   node report_readers.mjs page PAGE.html       Chromium and axe-core
 *   node report_readers.mjs markdown FILE.md     marked: tables, headings, text
 *   node report_readers.mjs trace FILE.json      speedscope: profiles and what it could not read
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const [kind, file] = process.argv.slice(2);
const say = (value) => console.log(JSON.stringify(value));

async function withBrowser(work) {
  const { chromium } = require("playwright-core");
  const browser = await chromium.launch({
    executablePath: process.env.CHROME_PATH,
    args: ["--no-sandbox"],
  });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/* One look at the page: messages and requests it made, its text, whether it is wider than the
 * window, and with `axe` the violations. */
async function look(browser, { width = 1440, scheme = "light", scripts = true, axe = false }) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    javaScriptEnabled: scripts,
    bypassCSP: axe, // axe-core is a script, and the page forbids every one
  });
  const page = await context.newPage();
  const noise = [];
  page.on("console", (message) => noise.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => noise.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url() !== pathToFileURL(file).href && !request.url().startsWith("data:")) {
      noise.push(`request: ${request.url()}`);
    }
  });
  await page.goto(pathToFileURL(file).href);
  const result = { width, scheme, scripts, noise };
  result.text = await page.locator("body").innerText();
  if (scripts) {
    result.overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  }
  if (axe) {
    await page.addScriptTag({ content: readFileSync(require.resolve("axe-core"), "utf8") });
    const found = await page.evaluate(() => window.axe.run(document));
    result.passes = found.passes.length;
    result.violations = found.violations.map(
      (v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).slice(0, 3).join(" | ")}`,
    );
  }
  await context.close();
  return result;
}

async function readPage() {
  await withBrowser(async (browser) => {
    for (const view of [
      { width: 1440 },
      { width: 1440, scripts: false },
      { width: 1440, axe: true },
      { width: 390, axe: true, scheme: "dark" },
      { width: 800, scheme: "dark" },
    ]) {
      say(await look(browser, view));
    }
  });
}

function readMarkdown() {
  const { marked } = require("marked");
  const text = readFileSync(file, "utf8");
  const tokens = marked.lexer(text);
  say({
    tables: tokens
      .filter((t) => t.type === "table")
      .map((t) => ({
        head: t.header.map((cell) => cell.text),
        rows: t.rows.map((row) => row.map((cell) => cell.text)),
      })),
    headings: tokens.filter((t) => t.type === "heading").map((t) => t.text),
    kinds: [...new Set(tokens.map((t) => t.type))],
    html: marked.parse(text),
  });
}

async function readTrace() {
  const path = require("node:path");
  const root = path.dirname(require.resolve("speedscope/package.json"));
  await withBrowser(async (browser) => {
    const page = await browser.newPage();
    const noise = [];
    page.on("pageerror", (error) => noise.push(error.message));
    page.on("console", (message) => message.type() === "error" && noise.push(message.text()));
    page.on("dialog", (dialog) => {
      noise.push(dialog.message());
      void dialog.dismiss();
    });
    await page.goto(pathToFileURL(path.join(root, "dist/release/index.html")).href);
    await page.locator('input[type="file"]').setInputFiles(file);
    await page.waitForFunction(() => document.title !== "speedscope", null, { timeout: 15000 });
    say({ title: await page.title(), text: await page.locator("body").innerText(), noise });
  });
}

await { page: readPage, markdown: readMarkdown, trace: readTrace }[kind]();
