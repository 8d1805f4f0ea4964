// LCP, CLS and INP of the first load and twenty typed characters, by Google's web-vitals.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SHELL, launch, openPage, options, quiet, until, url, watchMessages } from "./chat.mjs";

const require = createRequire(import.meta.url);
const library = readFileSync(join(dirname(require.resolve("web-vitals")), "web-vitals.iife.js"), "utf8");

const browser = await launch(SHELL, options.flags);
const result = [];
for (let run = 0; run < options.runs; run++) {
  const context = await browser.newContext();
  const page = await openPage(context);
  await page.addInitScript(`${library};
    window.vitals = {};
    const keep = ({ name, value }) => { window.vitals[name] = value; };
    webVitals.onLCP(keep, { reportAllChanges: true });
    webVitals.onCLS(keep, { reportAllChanges: true });
    webVitals.onINP(keep, { reportAllChanges: true, durationThreshold: 16 });`);
  const state = await watchMessages(page);
  await page.goto(url, { waitUntil: "commit" });
  await until("first page", () => state.ids.size > 0 && state.inFlight === 0);
  await quiet(page, 700);
  const loaded = await page.evaluate(() => ({ ...window.vitals }));
  const field = page.locator("textarea:visible").first();
  await field.focus();
  await page.keyboard.type("harness types twenty", { delay: 40 });
  await quiet(page, 350);
  const typed = await page.evaluate(() => ({ ...window.vitals }));
  // Nothing of 16 ms and more: web-vitals has no figure, ours is the step below.
  result.push({ lcp: loaded.LCP, cls: loaded.CLS ?? 0, inp: typed.INP ?? 8 });
  await context.close();
}
await browser.close();
console.log(JSON.stringify(result));
