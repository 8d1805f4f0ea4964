// Loading older messages: the two ways, the latch, and the page that the first scroll fires.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Chat, launch, until } from "./chat.mjs";

describe("loading older messages", { concurrency: 3 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  const OLDER = /^GET \/messages\/.*cursor=seq:/;
  const LISTS = ["plain", "virtual"];
  const CALM = { "trap-first-scroll": "off", "trap-refetch": "off" };

  async function open(list, more = {}) {
    const chat = await Chat.open(browser, { list, ...CALM, ...more });
    return (await chat.ready()).calm();
  }

  for (const list of LISTS) {
    test(`${list} list: the button loads one older page`, async () => {
      const chat = await open(list);
      // By script: a click by the pointer would scroll the plain list up to the button first.
      await chat.visibleOlderButton.evaluate((button) => button.click());
      await until("an older page", () => chat.ids.size === 100);
      assert.equal(chat.count(OLDER), 1);
      await chat.close();
    });

    test(`${list} list: scrolling up to less than 100 px loads an older page, to 150 px does not`, async () => {
      const chat = await open(list);
      await chat.scrollTo(400);
      await chat.scrollTo(150);
      await chat.calm();
      assert.equal(chat.count(OLDER), 0);
      await chat.scrollTo(90);
      await until("an older page", () => chat.ids.size === 100);
      await chat.close();
    });

    test(`${list} list, trap-latch on: one older page per mount, then the button stays disabled`, async () => {
      const chat = await open(list);
      assert.ok(await chat.older());
      await chat.calm();
      assert.equal(await chat.older(), false);
      assert.equal(await chat.visibleOlderButton.isDisabled(), true);
      assert.equal(chat.ids.size, 100);
      await chat.close();
    });

    test(`${list} list, trap-latch off: one mount loads all pages`, async () => {
      const chat = await open(list, { "trap-latch": "off" });
      for (const size of [100, 150, 200, 201]) {
        assert.ok(await chat.older());
        await chat.calm(300);
        assert.equal(chat.ids.size, size);
      }
      await chat.close();
    });

    test(`${list} list: away and back keeps the pages and gives a new latch, up to 201`, async () => {
      const chat = await open(list);
      for (const size of [100, 150, 200, 201]) {
        assert.ok(await chat.older(), `page up to ${size}`);
        await chat.calm(300);
        assert.equal(chat.ids.size, size);
        await chat.remount();
      }
      assert.equal(chat.count(OLDER), 4);
      if (list === "plain") {
        assert.equal((await chat.bubbles()).visible, 201);
      }
      await chat.close();
    });

    test(`${list} list: a full reload falls back to 50`, async () => {
      const chat = await open(list);
      assert.ok(await chat.older());
      await chat.calm();
      chat.ids.clear();
      await chat.page.reload();
      await (await chat.ready()).calm();
      assert.equal(chat.ids.size, 50);
      await chat.close();
    });
  }

  /** Whether opening alone asks for the second page. */
  async function firesByItself(flags, switches) {
    const own = await launch(...flags);
    try {
      const chat = await Chat.open(own, { "trap-refetch": "off", ...switches });
      await (await chat.ready()).calm(1500);
      return chat.count(OLDER) > 0;
    } finally {
      await own.close();
    }
  }

  test("trap-first-scroll on: the plain list's first smooth scroll fires page 2 by itself", async () => {
    const fired = [];
    for (let n = 0; n < 5; n += 1) {
      fired.push(await firesByItself([], { list: "plain" }));
    }
    // A race by nature: a thread that is busy at the wrong moment sees the scroll too late.
    assert.ok(fired.filter(Boolean).length >= 1, fired.join(" "));
  });

  test("trap-first-scroll off: opening fires nothing", async () => {
    assert.equal(await firesByItself([], { list: "plain", "trap-first-scroll": "off" }), false);
  });

  test("trap-first-scroll on: nothing is fired in the virtual list", async () => {
    assert.equal(await firesByItself([], { list: "virtual" }), false);
  });

  test("trap-first-scroll on: nothing is fired with --disable-smooth-scrolling", async () => {
    assert.equal(await firesByItself(["--disable-smooth-scrolling"], { list: "plain" }), false);
  });
});
