// TBT and LCP of the first load by Lighthouse, unthrottled, in the same engine and size.
import lighthouse from "lighthouse";
import { chromium } from "playwright-core";
import { SHELL, options, rules, token, url } from "./chat.mjs";

const result = [];
for (let run = 0; run < options.runs; run++) {
  const port = options.debug_port;
  const context = await chromium.launchPersistentContext(`${options.dir}/lighthouse-${run}`, {
    executablePath: SHELL,
    args: [...options.flags.filter((f) => !f.startsWith("--remote-debugging")), rules,
           `--remote-debugging-port=${port}`],
    viewport: { width: 1440, height: 900 },
  });
  const page = context.pages()[0] ?? await context.newPage();
  // A page of the app's origin that does nothing, to log in without the app.
  await page.route("**/log-in", (route) => route.fulfill({ contentType: "text/html", body: "" }));
  await page.goto("http://localhost:3000/log-in");
  await page.evaluate((value) => {
    localStorage.setItem("auth_token", value);
    localStorage.setItem("tms_session_active", "true");
  }, token);
  await page.goto("about:blank");
  const report = await lighthouse(url, {
    port, output: "json", logLevel: "error",
    onlyAudits: ["total-blocking-time", "largest-contentful-paint"],
    throttlingMethod: "provided", formFactor: "desktop", disableStorageReset: true,
    blockedUrlPatterns: ["*/encryption/keys/bundle*"],
    screenEmulation: { mobile: false, width: 1440, height: 900, deviceScaleFactor: 1, disabled: false },
  });
  const { audits } = report.lhr;
  result.push({
    tbt: audits["total-blocking-time"].numericValue,
    lcp: audits["largest-contentful-paint"].numericValue,
    took_ms: report.lhr.timing.total,
  });
  await context.close();
}
console.log(JSON.stringify(result));
