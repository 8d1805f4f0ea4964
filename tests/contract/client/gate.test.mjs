// The encryption gate: a dialog some seconds after navigation that locks scrolling.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Chat, launch, pause, tokens } from "./chat.mjs";

describe("the encryption gate", { concurrency: 5 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  const PAST_THE_GATE_MS = 6000;
  const dialog = (chat) => chat.page.locator("[role=dialog]");
  const scrollTop = (chat) => chat.list((list) => list.scrollTop);

  async function wheelBy(chat, y) {
    await chat.page.mouse.move(900, 450);
    await chat.page.mouse.wheel(0, y);
    await pause(600);
  }

  async function gestureBy(chat, y) {
    const session = await chat.page.context().newCDPSession(chat.page);
    await session.send("Input.synthesizeScrollGesture", {
      x: 900,
      y: 450,
      yDistance: y,
      speed: 2000,
      gestureSourceType: "mouse",
    });
    await session.detach();
  }

  async function withDialog(list) {
    const chat = await Chat.open(browser, { list }, { gate: true });
    await chat.ready();
    await dialog(chat).waitFor({ timeout: 10_000 });
    return chat;
  }

  for (const list of ["plain", "virtual"]) {
    test(`trap-modal on, ${list} list: the dialog comes 3.5 to 5.3 s after navigation`, async () => {
      const chat = await Chat.open(
        browser,
        { list },
        {
          gate: true,
          prepare: (page) =>
            page.addInitScript(() => {
              new MutationObserver(() => {
                if (document.querySelector("[role=dialog]")) {
                  window.dialogAt ??= performance.now();
                }
              }).observe(document, { subtree: true, childList: true });
            }),
        },
      );
      await chat.ready();
      assert.equal(await dialog(chat).count(), 0, "it holds the first rows back");
      await dialog(chat).waitFor({ timeout: 10_000 });
      const at = await chat.page.evaluate(() => window.dialogAt);
      assert.ok(at >= 3490 && at <= 5600, `it came after ${Math.round(at)} ms`);
      await chat.close();
    });

    test(`trap-modal on, ${list} list: while it is open, wheel and gesture scroll 0 px`, async () => {
      const chat = await withDialog(list);
      await chat.calm();
      const style = () => chat.page.evaluate(() => getComputedStyle(document.body).pointerEvents);
      assert.equal(await style(), "none");
      const start = await scrollTop(chat);
      await wheelBy(chat, -600);
      await gestureBy(chat, 600);
      assert.equal(await scrollTop(chat), start);

      await chat.page.keyboard.press("Escape");
      await dialog(chat).waitFor({ state: "detached" });
      assert.equal(await style(), "auto");
      await wheelBy(chat, -600);
      const wheeled = await scrollTop(chat);
      assert.ok(wheeled < start - 300, `the wheel moved ${start - wheeled} px`);
      await gestureBy(chat, 600);
      assert.ok((await scrollTop(chat)) < wheeled - 300);
      await chat.close();
    });
  }

  /** None of these shows the dialog; they wait side by side, since the wait is long. */
  test("no dialog with the key bundle blocked, with trap-modal off, or with a key backup", async () => {
    const login = { auth_token: tokens[0], tms_session_active: "true" };
    const cases = {
      "bundle blocked": [{}, { gate: false }],
      "trap-modal off": [{ "trap-modal": "off" }, { gate: true }],
      "key backup": [{}, { gate: true, storage: { ...login, tms_key_backup: "true" } }],
    };
    const chats = {};
    for (const [name, [switches, options]] of Object.entries(cases)) {
      chats[name] = await Chat.open(browser, switches, options);
      await chats[name].ready();
    }
    await pause(PAST_THE_GATE_MS);
    for (const [name, chat] of Object.entries(chats)) {
      assert.equal(await dialog(chat).count(), 0, name);
      const before = await scrollTop(chat);
      await wheelBy(chat, -600);
      assert.ok((await scrollTop(chat)) < before, `${name}: the list scrolls`);
      await chat.close();
    }
  });
});
