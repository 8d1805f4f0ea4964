// An independent opinion: the same page states as `tmscdp measure` reaches, by playwright-core, and
// what document.querySelectorAll says there. Prints one JSON object, count → figures.
//
//   node playwright_counts.mjs CLIENT_PORT API_PORT CONVERSATION TOKEN_FILE LIST 50,150,200
import { readFileSync, existsSync } from "node:fs";
import { chromium } from "playwright-core";

const [clientPort, apiPort, conversation, tokenFile, list, counts] = process.argv.slice(2);
const token = JSON.parse(readFileSync(tokenFile, "utf8"))[0];
const shell = "/usr/lib/chromium/chromium-headless-shell";
const QUIET_MS = 800;
const STAGE_MS = 30_000;

const browser = await chromium.launch({
  executablePath: existsSync(shell) ? shell : "/usr/lib/chromium/chromium",
  args: [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic", "--mute-audio", "--disable-dev-shm-usage",
    `--host-resolver-rules=MAP localhost:3000 127.0.0.1:${clientPort}, ` +
      `MAP localhost:8000 127.0.0.1:${apiPort}`,
  ],
});

const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.addInitScript((value) => {
  if (location.hostname !== "localhost") return;
  localStorage.setItem("auth_token", value);
  localStorage.setItem("tms_session_active", "true");
}, token);
await page.route("**/encryption/keys/bundle**", (route) => route.abort());

// The second page is held until the first count is read.
const held = [];
let holding = true;
await page.route(/\/messages\?.*cursor=/, (route) =>
  holding ? held.push(route) : route.continue());

const ids = new Set();
page.on("response", async (response) => {
  if (response.request().method() !== "GET") return;
  if (!response.url().includes(`/conversations/${conversation}/messages?`)) return;
  const body = await response.json().catch(() => null);
  for (const message of body?.data ?? []) ids.add(message.id);
});

const until = async (what, condition) => {
  const deadline = Date.now() + STAGE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`no ${what} within ${STAGE_MS} ms; ${ids.size} ids`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const quiet = () => page.evaluate((ms) => new Promise((resolve) => {
  let timer = setTimeout(done, ms);
  const observer = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, ms); });
  observer.observe(document, { subtree: true, childList: true });
  function done() { observer.disconnect(); resolve(); }
}), QUIET_MS);

const scroller = `(() => [...document.querySelectorAll("*")]
  .filter((e) => e.offsetParent !== null && e.scrollHeight > e.clientHeight + 1 &&
    /auto|scroll/.test(getComputedStyle(e).overflowY) && e.getBoundingClientRect().left > 200)
  .sort((a, b) => b.clientWidth * b.clientHeight - a.clientWidth * a.clientHeight)[0])()`;

const toEnd = async () => {
  let before = -1;
  await until("end of the list", async () => {
    const at = await page.evaluate(`(() => { const s = ${scroller}; s.scrollTop = s.scrollHeight;
      return new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(
        () => r(s.scrollTop + ":" + s.scrollHeight)))); })()`);
    const same = at === before;
    before = at;
    return same;
  });
};

const read = () => page.evaluate(`(() => {
  const s = ${scroller};
  const visible = (e) => e.getClientRects().length > 0;
  return {
    dom_elements: document.querySelectorAll("*").length,
    scripts: document.scripts.length,
    dom_elements_list: s.querySelectorAll("*").length,
    rendered_bubbles: [...s.querySelectorAll('[class*="max-w-[85%]"]')].filter(visible).length,
  };
})()`);

const remount = async () => {
  await page.locator(`a[href*="/chats"]:not([href*="${conversation}"]):visible`).first().click();
  await page.waitForURL((url) => !url.href.includes(conversation));
  await quiet();
  await page.goBack();
  await page.waitForURL((url) => url.href.includes(conversation));
  await quiet();
};

const older = async () => {
  const before = ids.size;
  if (held.length > 0) {
    await Promise.all(held.splice(0).map((route) => route.continue().catch(() => {})));
  }
  for (let turn = 0; turn < 6 && ids.size === before; turn++) {
    const button = page.getByRole("button", { name: "Load older messages" })
      .and(page.locator(":visible")).first();
    if (await button.isEnabled({ timeout: 500 }).catch(() => false)) await button.click();
    else await page.evaluate(`(${scroller}).scrollTop = 0`);
    await quiet();
    if (ids.size === before) await remount();
  }
};

await page.goto(`http://localhost:3000/chats/${conversation}?list=${list}`);
const result = {};
for (const count of counts.split(",").map(Number)) {
  await until("first page", () => ids.size > 0);
  await quiet();
  for (let turn = 0; ids.size < count && turn < 12; turn++) {
    holding = false;
    await older();
  }
  if (ids.size < count) throw new Error(`only ${ids.size} of ${count} messages were loaded`);
  await quiet();
  await toEnd();
  await quiet();
  result[count] = { loaded: ids.size, ...(await read()) };
}
console.log(JSON.stringify(result));
await browser.close();
