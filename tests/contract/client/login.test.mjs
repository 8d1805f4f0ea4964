// Getting in: the two keys, the routes, users/me, and who logs out on what.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Chat, groupId, launch, tokens, until, pause } from "./chat.mjs";

describe("getting in", { concurrency: 3 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  const ON_TOKEN_ONLY = { storage: { auth_token: tokens[0] } };

  /** Answers users/me with a status, or drops it (0), for the calls that `which` names. */
  function failMe(status, which = () => true) {
    return async (page) => {
      let n = 0;
      await page.route("**/users/me", (route) => {
        if (route.request().method() !== "GET" || !which((n += 1))) {
          return route.continue();
        }
        return status === 0
          ? route.abort()
          : route.fulfill({ status, headers: { "access-control-allow-origin": "*" }, json: {} });
      });
    };
  }

  const tokenOf = (chat) => chat.page.evaluate(() => localStorage.getItem("auth_token"));
  const signOn = (chat) => until("single sign-on", () => chat.path.startsWith("/sso"));

  test("both keys together log in, and the path stays under /chats", async () => {
    const chat = await Chat.open(browser);
    await chat.ready();
    assert.ok(chat.path.startsWith("/chats/"));
    await chat.close();
  });

  test("trap-two-keys on: with only auth_token the app goes to / and on to single sign-on", async () => {
    const seen = [];
    const chat = await Chat.open(
      browser,
      {},
      {
        ...ON_TOKEN_ONLY,
        prepare: (page) =>
          page.on("framenavigated", (frame) => seen.push(new URL(frame.url()).pathname)),
      },
    );
    await signOn(chat);
    assert.ok(seen.includes("/"), `went over ${seen.join(" ")}`);
    assert.equal(chat.calls.length, 0);
    await chat.close();
  });

  test("trap-two-keys off: auth_token alone logs in", async () => {
    const chat = await Chat.open(browser, { "trap-two-keys": "off" }, ON_TOKEN_ONLY);
    await chat.ready();
    await chat.close();
  });

  test("/chats/<id> and /chats?id=<id> open a conversation, /chat/<id> is a 404", async () => {
    const chat = await Chat.open(browser, {}, { path: `/chats?id=${groupId}` });
    await chat.ready();
    const wrong = await chat.page.request.get(process.env.CLIENT_URL + `/chat/${groupId}`);
    assert.equal(wrong.status(), 404);
    await chat.close();
  });

  test("users/me is asked for four times", async () => {
    const chat = await Chat.open(browser);
    await (await chat.ready()).calm();
    assert.equal(chat.count(/GET \/users\/me$/), 4);
    await chat.close();
  });

  for (const status of [500, 404, 0]) {
    const what = status === 0 ? "a lost answer" : `a ${status}`;
    test(`trap-logout on: ${what} to users/me takes the token away and leads to /`, async () => {
      const chat = await Chat.open(browser, {}, { prepare: failMe(status) });
      await signOn(chat);
      assert.equal(await tokenOf(chat), null);
      await chat.close();
    });

    test(`trap-logout off: ${what} to users/me changes nothing`, async () => {
      const chat = await Chat.open(browser, { "trap-logout": "off" }, { prepare: failMe(status) });
      await (await chat.ready()).calm();
      assert.ok(chat.path.startsWith("/chats/"));
      assert.equal(await tokenOf(chat), tokens[0]);
      await chat.close();
    });
  }

  test("trap-logout on: exactly one of the four callers takes any failure for a 401", async () => {
    let careless = 0;
    for (const nth of [1, 2, 3, 4]) {
      const chat = await Chat.open(browser, {}, { prepare: failMe(500, (n) => n === nth) });
      await until("answers", () => chat.count(/GET \/users\/me$/) >= 4);
      await pause(400);
      careless += (await tokenOf(chat)) === null ? 1 : 0;
      await chat.close();
    }
    assert.equal(careless, 1);
  });

  for (const trap of ["on", "off"]) {
    test(`a 401 to users/me logs out, with trap-logout ${trap}`, async () => {
      const chat = await Chat.open(browser, { "trap-logout": trap }, { prepare: failMe(401) });
      await signOn(chat);
      assert.equal(await tokenOf(chat), null);
      await chat.close();
    });
  }
});
