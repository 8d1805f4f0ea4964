// Under live traffic, and at rest.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BUBBLE, call, Chat, groupId, launch, pause, send, smallGroup, until } from "./chat.mjs";

let browser;
let group;
before(async () => {
  browser = await launch();
  group = await smallGroup();
});
after(() => browser.close());

const CONVERSATIONS = /^GET \/conversations\//;

/** An open small group, ready to receive. */
async function openGroup(switches = {}) {
  const chat = await Chat.open(browser, switches, { path: `/chats/${group.id}` });
  return (await chat.ready()).calm(900);
}

async function receive(chat, text) {
  await send(1, group.id, text);
  await chat.page
    .getByText(text)
    .and(chat.page.locator(`${BUBBLE}:visible *`))
    .waitFor();
}

test("trap-live-requests on: a message into the open conversation costs seven GETs of conversations", async () => {
  const chat = await openGroup();
  for (const n of [1, 2, 3]) {
    const before = chat.calls.length;
    await receive(chat, `live ${n} ${Date.now()}`);
    await chat.calm();
    assert.equal(chat.count(CONVERSATIONS, before), 7);
    assert.equal(chat.calls.length - before, 7);
  }
  await chat.close();
});

test("trap-live-requests off: a message costs no request, and the sidebar shows it all the same", async () => {
  const chat = await openGroup({ "trap-live-requests": "off" });
  const before = chat.calls.length;
  const text = `live ${Date.now()}`;
  await receive(chat, text);
  await chat.page.locator("aside.sidebar").getByText(text).waitFor();
  await chat.calm();
  assert.equal(chat.calls.length, before);
  await chat.close();
});

test("a message of somebody else makes a sound, one's own does not", async () => {
  const chat = await Chat.open(
    browser,
    {},
    {
      path: `/chats/${group.id}`,
      prepare: (page) =>
        page.addInitScript(() => {
          window.played = 0;
          HTMLMediaElement.prototype.play = function play() {
            window.played += 1;
            return Promise.resolve();
          };
        }),
    },
  );
  await (await chat.ready()).calm(900);
  const played = () => chat.page.evaluate(() => window.played);
  await receive(chat, `sound ${Date.now()}`);
  assert.equal(await played(), 1);
  const own = `own ${Date.now()}`;
  await send(0, group.id, own);
  await chat.page.locator(`${BUBBLE}:visible`).getByText(own).waitFor();
  assert.equal(await played(), 1);
  await chat.close();
});

test("votes into a poll that is not loaded cause no request and no change", async () => {
  const chat = await Chat.open(browser, { "trap-first-scroll": "off" });
  await (await chat.ready()).calm(900);
  const events = [];
  const poll = await bigGroupPoll();
  const socket = await chat.page.context().newCDPSession(chat.page);
  await socket.send("Network.enable");
  socket.on("Network.webSocketFrameReceived", ({ response }) => events.push(response.payloadData));
  const before = chat.calls.length;
  await watchChanges(chat);
  for (let n = 0; n < 5; n += 1) {
    await call(n + 1, "POST", `/polls/${poll.id}/vote`, { option_ids: [poll.options[n % 2].id] });
  }
  await until(
    "the vote events",
    () => events.filter((e) => e.includes("poll_vote_added")).length >= 5,
  );
  await pause(300);
  assert.equal(chat.calls.length, before);
  assert.equal(await chat.page.evaluate(() => window.changes), 0);
  await chat.close();
});

/** The oldest message of the big group is its poll. */
async function bigGroupPoll() {
  const path = `/messages/conversations/${groupId}/messages?limit=1&cursor=seq:2`;
  return (await call(0, "GET", path)).data[0].poll;
}

function watchChanges(chat) {
  return chat.page.evaluate(() => {
    window.changes = 0;
    new MutationObserver((records) => (window.changes += records.length)).observe(document, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
  });
}

describe("at rest and while scrolling", { concurrency: 2 }, () => {
  for (const list of ["plain", "virtual"]) {
    test(`${list} list: at rest there is no layout and no recalculation of styles`, async () => {
      const chat = await Chat.open(browser, { list, "trap-first-scroll": "off" });
      await (await chat.ready()).calm(2500);
      const session = await chat.page.context().newCDPSession(chat.page);
      await session.send("Performance.enable");
      const read = async () => {
        const { metrics } = await session.send("Performance.getMetrics");
        const wanted = ["LayoutCount", "RecalcStyleCount"];
        return wanted.map((name) => metrics.find((metric) => metric.name === name).value);
      };
      const before = await read();
      await pause(3000);
      assert.deepEqual(await read(), before);
      await chat.close();
    });

    test(`${list} list: pictures are fetched through files/proxy when they come near`, async () => {
      const PICTURES = /GET \/files\/proxy\?key=/;
      const chat = await Chat.open(browser, {
        list,
        "trap-first-scroll": "off",
        "trap-latch": "off",
      });
      await (await chat.ready()).calm(900);
      assert.equal(chat.count(PICTURES), 0, "the newest page has none");
      await chat.loadAll(150);
      await chat.scrollTo("end");
      await chat.calm();
      const before = chat.calls.length;
      await chat.scrollTo(1500);
      await until("a picture", () => chat.count(PICTURES, before) > 0);
      await chat.calm();
      assert.ok(chat.count(PICTURES) < 45, `of 50 pictures ${chat.count(PICTURES)} were fetched`);
      await chat.close();
    });
  }
});
