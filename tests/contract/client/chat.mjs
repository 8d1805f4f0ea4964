// A browser on the reference client, for the tests in this folder.
//
// The stack is already running and seeded; its addresses come by environment:
//   CLIENT_URL  e.g. http://127.0.0.1:41000     BASE_URL    e.g. http://127.0.0.1:41001
//   CONV_ID     the big group's id              TOKEN_FILE  JSON array of tokens
//   CHROME_PATH the browser, if it is not Debian's headless shell
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../e2e/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const BROWSERS = ["/usr/lib/chromium/chromium-headless-shell", "/usr/lib/chromium/chromium"];
const CLIENT = "http://localhost:3000";
const API_PORT = "8000";
export const API = `http://localhost:${API_PORT}/api/v1`;
export const BUBBLE = '[class*="max-w-[85%]"]';
const DEADLINE_MS = 15_000;

function variable(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: start a stack, seed it, and export its addresses.`);
  }
  return value;
}

export const groupId = variable("CONV_ID");
export const tokens = JSON.parse(readFileSync(variable("TOKEN_FILE"), "utf8"));
const clientPort = new URL(variable("CLIENT_URL")).port;
const serverUrl = new URL("/api/v1", variable("BASE_URL")).href;
const serverPort = new URL(serverUrl).port;

export function launch(...flags) {
  const path = process.env.CHROME_PATH ?? BROWSERS.find((candidate) => existsSync(candidate));
  if (!path) {
    throw new Error(`No browser found at ${BROWSERS.join(" or ")}: set CHROME_PATH.`);
  }
  return chromium.launch({
    executablePath: path,
    args: [
      "--no-sandbox",
      "--disable-background-networking",
      "--disable-dev-shm-usage",
      "--disable-quic",
      "--mute-audio",
      `--host-resolver-rules=MAP localhost:3000 127.0.0.1:${clientPort}, ` +
        `MAP localhost:${API_PORT} 127.0.0.1:${serverPort}`,
      ...flags,
    ],
  });
}

/** Waits until the condition holds and returns its value; throws when it never does. */
export async function until(what, condition, deadlineMs = DEADLINE_MS) {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`${what}: not within ${deadlineMs} ms`);
    }
    await pause(25);
  }
}

/** For the cases where nothing must happen: there is no condition to wait for. */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A call to the server past the client, as the seeded user of that index. */
export async function call(user, method, path, body) {
  const response = await fetch(serverUrl + path, {
    method,
    headers: { Authorization: `Bearer ${tokens[user]}`, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.status === 429) {
    throw new Error("The server limits the rate: start the stack with RATELIMIT_ENABLED=false.");
  }
  if (!response.ok) {
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  }
  return response.status === 204 ? null : response.json();
}

export function send(user, conversationId, content, more = {}) {
  return call(user, "POST", "/messages/", {
    conversation_id: conversationId,
    content,
    type: "TEXT",
    metadata_json: {},
    reply_to_id: null,
    encrypted: false,
    ...more,
  });
}

/** A small group of user 0: what the tests write goes there, so the big one stays as seeded. */
export async function smallGroup(nth = 0) {
  const { data } = await call(0, "GET", "/conversations/?limit=50");
  return data.filter(({ id }) => id !== groupId).sort((a, b) => a.id.localeCompare(b.id))[nth];
}

const LOGIN = (user) => ({ auth_token: tokens[user], tms_session_active: "true" });

/** An open page of the client, and what it has asked the server for. */
export class Chat {
  constructor(page) {
    this.page = page;
    /** {method, path, at} of each call to the API in its order; path has the query in it. */
    this.calls = [];
    /** Ids of the big group's messages in all answers so far. */
    this.ids = new Set();
    page.on("request", (request) => this.#note(request));
    page.on("response", (response) => void this.#read(response));
  }

  /**
   * Opens a page of its own. options: user (0), storage (localStorage instead of the login),
   * path, gate (true lets the encryption dialog come), viewport, prepare(page) before loading.
   */
  static async open(browser, switches = {}, options = {}) {
    const { user = 0, gate = false, path = `/chats/${groupId}` } = options;
    const storage = options.storage ?? LOGIN(user);
    const entries = Object.entries(storage).map(([name, value]) => ({ name, value }));
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1440, height: 900 },
      storageState: { cookies: [], origins: [{ origin: CLIENT, localStorage: entries }] },
    });
    const chat = new Chat(await context.newPage());
    if (!gate) {
      await chat.page.route("**/encryption/keys/bundle*", (route) => route.abort());
    }
    await options.prepare?.(chat.page);
    const query = new URLSearchParams(switches).toString();
    await chat.page.goto(CLIENT + path + (query && (path.includes("?") ? "&" : "?") + query));
    return chat;
  }

  #note(request) {
    const url = new URL(request.url());
    if (url.port === API_PORT) {
      const path = decodeURIComponent(url.pathname.replace("/api/v1", "") + url.search);
      this.calls.push({ method: request.method(), path, at: Date.now() });
    }
  }

  async #read(response) {
    const isPage = response.url().includes(`/messages/conversations/${groupId}/messages?`);
    if (isPage && response.request().method() === "GET") {
      const body = await response.json().catch(() => null);
      body?.data.forEach(({ id }) => this.ids.add(id));
    }
  }

  close() {
    return this.page.context().close();
  }

  get path() {
    return new URL(this.page.url()).pathname;
  }

  count(pattern, since = 0) {
    return this.calls.slice(since).filter(({ method, path }) => pattern.test(`${method} ${path}`))
      .length;
  }

  /** The open conversation shows messages. */
  async ready() {
    await this.page.locator(`${BUBBLE}:visible`).first().waitFor();
    return this;
  }

  /** No call of the API has begun for a while. */
  async calm(ms = 700) {
    await until("calm", () => Date.now() - (this.calls.at(-1)?.at ?? 0) > ms);
    return this;
  }

  /** Runs a function in the page with the visible message list as its first argument. */
  list(body, argument) {
    const run = `(() => {
      const list = [...document.querySelectorAll(".message-list")].find((e) => e.offsetParent);
      return (${body})(list, ${JSON.stringify(argument)});
    })()`;
    return this.page.evaluate(run);
  }

  scrollTo(top) {
    return this.list(
      (list, to) =>
        new Promise((done) => {
          list.scrollTop = to === "end" ? list.scrollHeight : to;
          requestAnimationFrame(() => requestAnimationFrame(() => done(list.scrollTop)));
        }),
      top,
    );
  }

  /** To the real end: in the virtual list the first try lands short of it. */
  async toEnd() {
    let before = null;
    await until("the end of the list", async () => {
      await this.scrollTo("end");
      const place = await this.list((list) => `${list.scrollTop} of ${list.scrollHeight}`);
      const same = place === before;
      before = place;
      return same;
    });
    return this.calm();
  }

  /** Numbers of bubbles: in all trees, and in visible ones. */
  bubbles() {
    return this.page.evaluate((selector) => {
      const all = [...document.querySelectorAll(selector)];
      return { all: all.length, visible: all.filter((e) => e.offsetParent).length };
    }, BUBBLE);
  }

  get visibleOlderButton() {
    const button = this.page.getByRole("button", { name: "Load older messages" });
    return button.and(this.page.locator(":visible"));
  }

  /** Away to another conversation by the sidebar and back by the history. */
  async remount() {
    const other = `a[href*="/chats"]:not([href*="${groupId}"]):visible`;
    await this.page.locator(other).first().click();
    await this.page.waitForURL((url) => !url.href.includes(groupId));
    await this.ready();
    await this.page.goBack();
    await this.page.waitForURL((url) => url.href.includes(groupId));
    await this.ready();
  }

  /** One older page by scrolling up, as a user would. True if ids have been added. */
  async older() {
    const before = this.ids.size;
    await this.scrollTo("end");
    await this.scrollTo(400);
    await this.scrollTo(0);
    return until("older page", () => this.ids.size > before, 2500).catch(() => false);
  }

  /** Loads older pages, remounting where the latch is stuck, until all ids are there. */
  async loadAll(total) {
    for (let turn = 0; this.ids.size < total && turn < 12; turn += 1) {
      if (!(await this.older())) {
        await this.remount();
        await this.calm();
      }
    }
    return this;
  }
}
