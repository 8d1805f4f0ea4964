// Opening a conversation: the calls, the refetch on socket connect, and what failures look like.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { API, Chat, groupId, launch, until, pause } from "./chat.mjs";

describe("opening a conversation", { concurrency: 3 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  const MESSAGES = /^GET \/messages\/conversations\/[^/]+\/messages\?/;

  /** Keeps the socket waiting until open() is called. */
  function socketGate() {
    let open;
    const opened = new Promise((resolve) => (open = resolve));
    const prepare = (page) =>
      page.routeWebSocket(/\/socket\.io\//, async (socket) => {
        await opened;
        socket.connectToServer();
      });
    return { open, prepare };
  }

  test("the calls of an opening come in the known order", async () => {
    const sockets = [];
    const chat = await Chat.open(
      browser,
      { "trap-first-scroll": "off" },
      {
        gate: true,
        prepare: (page) => page.on("websocket", (socket) => sockets.push(socket.url())),
      },
    );
    await (await chat.ready()).calm();
    const first = [];
    for (const { method, path } of chat.calls) {
      const call = `${method} ${path}`.replaceAll(groupId, "<id>");
      if (call === "GET /users/me" || !first.includes(call)) {
        first.push(call);
      }
    }
    assert.deepEqual(first, [
      "GET /users/me",
      "GET /users/me",
      "GET /users/me",
      "GET /users/me",
      "GET /conversations/?limit=20&offset=0",
      "GET /conversations/<id>",
      "GET /messages/conversations/<id>/messages?limit=50",
      "GET /users/presence/online",
      "GET /notifications/preferences",
      "GET /notifications/muted-conversations",
      "POST /conversations/<id>/mark-read",
      "POST /messages/mark-read",
      "GET /encryption/keys/status",
      "POST /encryption/keys/bundle",
      "GET /encryption/sender-keys",
      "POST /encryption/sender-keys/distribute",
    ]);
    assert.equal(
      sockets.filter((url) => url.startsWith("ws://localhost:8000/socket.io/")).length,
      1,
    );
    await chat.close();
  });

  test("the calls are cross-origin, with a preflight for each", async () => {
    const preflights = new Set();
    const calls = new Set();
    // Without interception of requests, which would answer the preflights itself.
    const chat = await Chat.open(
      browser,
      {},
      {
        gate: true,
        prepare: async (page) => {
          const session = await page.context().newCDPSession(page);
          await session.send("Network.enable");
          session.on("Network.requestWillBeSent", ({ initiator, request }) => {
            if (request.url.startsWith(API)) {
              (initiator.type === "preflight" ? preflights : calls).add(request.url);
            }
          });
        },
      },
    );
    await (await chat.ready()).calm();
    assert.ok(calls.size > 8);
    assert.deepEqual(
      [...calls].filter((url) => !preflights.has(url)),
      [],
    );
    await chat.close();
  });

  test("trap-refetch on: when the socket connects, all loaded pages are fetched again, one by one", async () => {
    const gate = socketGate();
    const chat = await Chat.open(browser, { list: "virtual" }, { prepare: gate.prepare });
    await (await chat.ready()).calm();
    assert.ok(await chat.older());
    await chat.calm();
    const answered = [];
    chat.page.on("requestfinished", (request) => answered.push(request.url()));
    const before = chat.calls.length;
    gate.open();
    await until("both pages", () => chat.count(MESSAGES, before) === 2);
    const [newest] = chat.calls.slice(before).filter((c) => MESSAGES.test(`${c.method} ${c.path}`));
    assert.ok(!newest.path.includes("cursor="), "the newest page comes first");
    assert.ok(
      answered.some((url) => url.endsWith("messages?limit=50")),
      "the second waits for it",
    );
    await chat.calm();
    assert.equal(chat.count(MESSAGES, before), 2);
    assert.equal(chat.ids.size, 100);
    await chat.close();
  });

  test("trap-refetch off: the socket's connect fetches no messages", async () => {
    const gate = socketGate();
    const switches = { list: "virtual", "trap-refetch": "off" };
    const chat = await Chat.open(browser, switches, { prepare: gate.prepare });
    await (await chat.ready()).calm();
    const before = chat.calls.length;
    gate.open();
    await until("the socket's own call", () => chat.count(/GET \/conversations\/[^?]/, before) > 0);
    await chat.calm();
    assert.equal(chat.count(MESSAGES, before), 0);
    await chat.close();
  });

  test("trap-refetch on: an older page that is on its way is cancelled by the socket's connect", async () => {
    const gate = socketGate();
    const chat = await Chat.open(
      browser,
      { list: "virtual" },
      {
        prepare: async (page) => {
          await gate.prepare(page);
          await page.route(/cursor=/, () => undefined);
        },
      },
    );
    await (await chat.ready()).calm();
    const lost = [];
    chat.page.on("requestfailed", (request) => lost.push(request.failure().errorText));
    await chat.scrollTo("end");
    await chat.scrollTo(0);
    await until("the older page's request", () => chat.count(/cursor=/) === 1);
    gate.open();
    await until("its cancellation", () => lost.includes("net::ERR_ABORTED"));
    await chat.close();
  });

  test("a conversation that can't be fetched is shown as not found", async () => {
    const chat = await Chat.open(
      browser,
      {},
      {
        prepare: (page) =>
          page.route(`**/api/v1/conversations/${groupId}`, (route) => route.abort()),
      },
    );
    await chat.page.getByText("Conversation not found").first().waitFor();
    assert.equal((await chat.bubbles()).all, 0);
    await chat.close();
  });

  test("when the server goes away the open conversation is shown as not found", async () => {
    let cut;
    const chat = await Chat.open(
      browser,
      {},
      {
        prepare: (page) =>
          page.routeWebSocket(/\/socket\.io\//, (socket) => {
            const server = socket.connectToServer();
            cut ??= () => {
              server.close();
              return socket.close();
            };
          }),
      },
    );
    await (await chat.ready()).calm();
    await chat.page.route("**/api/v1/**", (route) => route.abort());
    await cut();
    await chat.page.getByText("Conversation not found").first().waitFor();
    await chat.close();
  });

  test("a refused socket is tried again five times", async () => {
    let attempts = 0;
    const chat = await Chat.open(
      browser,
      {},
      {
        prepare: async (page) => {
          page.on("websocket", () => (attempts += 1));
          // Port 1 of this machine refuses: the server itself must go on answering.
          await page.addInitScript(() => {
            const Real = window.WebSocket;
            window.WebSocket = class extends Real {
              constructor() {
                super("ws://127.0.0.1:1/");
              }
            };
          });
        },
      },
    );
    await chat.ready();
    await until("five more attempts", () => attempts === 6, 40_000);
    await pause(7000);
    assert.equal(attempts, 6);
    await chat.close();
  });
});
