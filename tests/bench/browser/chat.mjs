// What the comparison scripts share: the chat in a page of playwright-core, opened, watched, and
// taken to more messages, as somebody would write it who knows the app's traps.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

export const SHELL = "/usr/lib/chromium/chromium-headless-shell";
export const FULL = "/usr/lib/chromium/chromium";
const STAGE_MS = 60_000;

// {client_port, api_port, conversation, token_file, list, counts, flags}
export const options = JSON.parse(process.argv[2]);
export const token = JSON.parse(readFileSync(options.token_file, "utf8"))[0];
export const url = `http://localhost:3000/chats/${options.conversation}?list=${options.list}`;

export const rules = `--host-resolver-rules=MAP localhost:3000 127.0.0.1:${options.client_port}, ` +
  `MAP localhost:8000 127.0.0.1:${options.api_port}`;

export const launch = (executablePath, args) =>
  chromium.launch({ executablePath, args: [...args, rules], ignoreDefaultArgs: options.bare ?? false });

export async function openPage(browser) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript((value) => {
    if (location.hostname !== "localhost") return;
    localStorage.setItem("auth_token", value);
    localStorage.setItem("tms_session_active", "true");
  }, token);
  await page.route("**/encryption/keys/bundle**", (route) => route.abort());
  return page;
}

// Counts unique message ids and holds older pages back while `holding` is set.
export async function watchMessages(page) {
  const state = { ids: new Set(), inFlight: 0, held: [], holding: true };
  const mine = (request) => request.method() === "GET" &&
    request.url().includes(`/conversations/${options.conversation}/messages?`);
  await page.route(/\/messages\?.*cursor=/, (route) =>
    state.holding ? state.held.push(route) : route.continue());
  page.on("request", (request) => { if (mine(request)) state.inFlight += 1; });
  page.on("requestfailed", (request) => { if (mine(request)) state.inFlight -= 1; });
  page.on("requestfinished", async (request) => {
    if (!mine(request)) return;
    const body = await (await request.response())?.json().catch(() => null);
    for (const message of body?.data ?? []) state.ids.add(message.id);
    state.inFlight -= 1;
  });
  return state;
}

export async function until(what, condition) {
  const deadline = Date.now() + STAGE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`no ${what} within ${STAGE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const quiet = (page, ms) => page.evaluate((time) => new Promise((resolve) => {
  let timer = setTimeout(done, time);
  const observer = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, time); });
  observer.observe(document, { subtree: true, childList: true });
  function done() { observer.disconnect(); resolve(); }
}), ms);

export const scroller = `(() => [...document.querySelectorAll("*")]
  .filter((e) => e.offsetParent !== null && e.scrollHeight > e.clientHeight + 1 &&
    /auto|scroll/.test(getComputedStyle(e).overflowY) && e.getBoundingClientRect().left > 200)
  .sort((a, b) => b.clientWidth * b.clientHeight - a.clientWidth * a.clientHeight)[0])()`;

export const toEnd = (page) => page.evaluate(`(async () => {
  for (let still = 0; still < 3;) {
    const s = ${scroller};
    const gap = s.scrollHeight - s.clientHeight - s.scrollTop;
    if (gap > 1) { s.scrollTop = s.scrollHeight; still = 0; } else still += 1;
    await new Promise((r) => requestAnimationFrame(r));
  }
})()`);

export async function remount(page) {
  await page.locator(`a[href*="/chats"]:not([href*="${options.conversation}"]):visible`).first().click();
  await page.waitForURL((to) => !to.href.includes(options.conversation), { waitUntil: "commit" });
  await page.goBack({ waitUntil: "commit" });
  await page.waitForURL((to) => to.href.includes(options.conversation), { waitUntil: "commit" });
  await page.waitForFunction(`${scroller} !== undefined`);
}

export const press = (page) => page.evaluate(() => {
  const button = [...document.querySelectorAll("button")].find((b) =>
    b.getClientRects().length > 0 && b.textContent.trim() === "Load older messages");
  if (button === undefined || button.disabled) return false;
  button.click();
  return true;
});

export async function loadTo(page, state, count) {
  for (let turn = 0; state.ids.size < count && turn < 40; turn++) {
    const before = state.ids.size;
    state.holding = false;
    if (state.held.length > 0) {
      await Promise.all(state.held.splice(0).map((route) => route.continue().catch(() => {})));
    } else if (!(await press(page))) {
      await remount(page);
      await until("idle", () => state.inFlight === 0);
      if (state.ids.size === before) {
        await page.waitForFunction(() => [...document.querySelectorAll("button")].some((b) =>
          b.getClientRects().length > 0 && b.textContent.trim() === "Load older messages" &&
          !b.disabled), { timeout: 1000 }).catch(() => {});
        await press(page);
      }
    }
    await until("idle", () => state.inFlight === 0 || state.ids.size > before);
    await until("idle", () => state.inFlight === 0);
  }
  state.holding = true;
  if (state.ids.size < count) throw new Error(`only ${state.ids.size} of ${count} messages`);
}

export const counts = (page) => page.evaluate(`(() => {
  const s = ${scroller};
  const all = [...document.querySelectorAll("*")];
  return {
    dom_elements: all.length,
    scripts: document.scripts.length,
    dom_elements_visible: all.filter((e) => e.checkVisibility()).length,
    dom_elements_list: s.querySelectorAll("*").length,
  };
})()`);
