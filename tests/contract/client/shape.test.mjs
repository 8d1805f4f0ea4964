// The shape of the page: two trees, an inner scroller, bubbles, and the two lists.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BUBBLE, Chat, launch, until } from "./chat.mjs";

describe("the shape of the page", { concurrency: 3 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  /** A page that stays at its first 50 messages. */
  async function openAt50(list, more = {}) {
    const chat = await Chat.open(browser, { list, "trap-first-scroll": "off", ...more });
    return (await chat.ready()).calm();
  }

  const counts = (chat) =>
    chat.page.evaluate(() => ({
      lists: document.querySelectorAll(".message-list").length,
      inputs: document.querySelectorAll("textarea").length,
      conversations: document.querySelectorAll(".conversation-list").length,
      hidden: [...document.querySelectorAll(".lg\\:hidden")].map(
        (e) => getComputedStyle(e).display,
      ),
    }));

  test("trap-twin on: two lists, two inputs, three conversation lists, one tree hidden", async () => {
    const chat = await openAt50("plain");
    assert.deepEqual(await counts(chat), {
      lists: 2,
      inputs: 2,
      conversations: 3,
      hidden: ["none"],
    });
    assert.deepEqual(await chat.bubbles(), { all: 100, visible: 50 });
    await chat.close();
  });

  test("trap-twin off: everything is there once", async () => {
    const chat = await openAt50("plain", { "trap-twin": "off" });
    assert.deepEqual(await counts(chat), { lists: 1, inputs: 1, conversations: 1, hidden: [] });
    assert.deepEqual(await chat.bubbles(), { all: 50, visible: 50 });
    await chat.close();
  });

  test("on a small screen the mobile tree is the visible one", async () => {
    const chat = await Chat.open(
      browser,
      { "trap-first-scroll": "off" },
      {
        viewport: { width: 800, height: 900 },
      },
    );
    await (await chat.ready()).calm();
    assert.deepEqual(await chat.bubbles(), { all: 100, visible: 50 });
    assert.equal(await chat.page.locator("aside.sidebar").isVisible(), false);
    await chat.close();
  });

  for (const [list, selector] of [
    ["plain", "div.overflow-y-auto"],
    ["virtual", "div[role=list]"],
  ]) {
    test(`${list} list: the document does not scroll, the largest scroller is ${selector}`, async () => {
      const chat = await openAt50(list);
      const found = await chat.page.evaluate((wanted) => {
        window.scrollTo(0, 500);
        const scrollers = [...document.querySelectorAll("*")].filter(
          (e) =>
            e.offsetParent &&
            /auto|scroll/.test(getComputedStyle(e).overflowY) &&
            e.scrollHeight > e.clientHeight,
        );
        const area = (e) => e.clientWidth * e.clientHeight;
        const [largest] = scrollers.sort((a, b) => area(b) - area(a));
        const sidebar = document.querySelector("aside.sidebar").getBoundingClientRect();
        return {
          document: document.scrollingElement.scrollTop,
          matches: largest.matches(wanted),
          rightOfSidebar: largest.getBoundingClientRect().left >= sidebar.right,
        };
      }, selector);
      assert.deepEqual(found, { document: 0, matches: true, rightOfSidebar: true });
      await chat.close();
    });

    test(`${list} list: no data-testid and no message id in the document`, async () => {
      const chat = await openAt50(list);
      const html = await chat.page.content();
      assert.ok(!html.includes("data-testid"));
      assert.equal(chat.ids.size, 50);
      for (const id of chat.ids) {
        assert.ok(!html.includes(id), id);
      }
      await chat.close();
    });
  }

  test("plain list: a message is one bubble of 20 to 40 elements, whatever its type", async () => {
    const chat = await openAt50("plain", { "trap-latch": "off", "trap-refetch": "off" });
    await chat.loadAll(201);
    assert.equal(chat.ids.size, 201);
    await until("all bubbles", async () => (await chat.bubbles()).visible === 201);
    const sizes = await chat.page.evaluate(
      (selector) =>
        [...document.querySelectorAll(selector)]
          .filter((e) => e.offsetParent)
          .map((e) => 1 + e.querySelectorAll(":not(.reactions, .reactions *)").length),
      BUBBLE,
    );
    assert.ok(Math.min(...sizes) >= 20, `smallest ${Math.min(...sizes)}`);
    assert.ok(Math.max(...sizes) <= 40, `largest ${Math.max(...sizes)}`);
    await chat.close();
  });

  test("plain list: the elements grow with the messages; virtual list: they do not", async () => {
    const elements = (chat) => chat.page.evaluate(() => document.querySelectorAll("*").length);
    const slope = {};
    for (const list of ["plain", "virtual"]) {
      const chat = await openAt50(list, { "trap-refetch": "off", "trap-latch": "off" });
      await chat.toEnd();
      const at50 = await elements(chat);
      await chat.loadAll(200);
      await (await chat.ready()).calm();
      await chat.toEnd();
      slope[list] = ((await elements(chat)) - at50) / 150;
      await chat.close();
    }
    assert.ok(slope.plain > 25, `plain: ${slope.plain}`);
    assert.ok(Math.abs(slope.virtual) < 1, `virtual: ${slope.virtual}`);
  });

  test("virtual list: 12 to 17 rows in the visible tree, 6 to 7 in the hidden one", async () => {
    const chat = await openAt50("virtual");
    for (const goThere of [() => chat.toEnd(), () => chat.scrollTo(2500)]) {
      await goThere();
      await chat.calm();
      const { all, visible } = await chat.bubbles();
      assert.ok(visible >= 12 && visible <= 17, `visible: ${visible}`);
      const hidden = await chat.page.evaluate(
        () => document.querySelectorAll(".lg\\:hidden .message-list > [role=listitem]").length,
      );
      assert.ok(hidden >= 6 && hidden <= 7, `hidden: ${hidden}`);
      assert.ok(all > visible);
    }
    await chat.close();
  });

  test("virtual list: data-react-window-index stands on two nested elements a row", async () => {
    const chat = await openAt50("virtual");
    const rows = await chat.list((list) =>
      [...list.querySelectorAll(":scope > [data-react-window-index]")].map((row) => {
        const inner = row.querySelectorAll("[data-react-window-index]");
        return [row.dataset.reactWindowIndex, ...[...inner].map((e) => e.dataset.reactWindowIndex)];
      }),
    );
    assert.ok(rows.length >= 12);
    for (const row of rows) {
      assert.equal(row.length, 2);
      assert.equal(row[0], row[1]);
    }
    await chat.close();
  });

  /** The same with the older page kept away, whatever is scrolled. */
  async function openHeldAt50(switches) {
    const chat = await Chat.open(
      browser,
      { list: "virtual", ...switches },
      {
        prepare: (page) => page.route(/cursor=/, () => undefined),
      },
    );
    return (await chat.ready()).calm(900);
  }

  const height = (chat) => chat.list((list) => list.scrollHeight);

  test("trap-heights on: scrollHeight wanders, and the first scroll to the end lands mid-list", async () => {
    const chat = await openHeldAt50({});
    const first = await height(chat);
    await chat.scrollTo(0);
    await chat.calm();
    await chat.scrollTo("end");
    const { place, all } = await chat.list((list) => ({
      place: list.scrollTop + list.clientHeight,
      all: list.scrollHeight,
    }));
    for (let top = 0; top < (await height(chat)); top += 500) {
      await chat.scrollTo(top);
    }
    const mended = await height(chat);
    assert.ok(mended > first + 300, `${first} became ${mended}`);
    assert.ok(place < mended - 300, `the end was ${place} of ${all}, and is ${mended}`);
    await chat.close();
  });

  test("trap-heights off: scrollHeight stays as it is, within a few px", async () => {
    const chat = await openHeldAt50({ "trap-heights": "off" });
    const first = await height(chat);
    for (let top = 0; top < first; top += 500) {
      await chat.scrollTo(top);
      assert.ok(Math.abs((await height(chat)) - first) < 100, `at ${top}`);
    }
    await chat.close();
  });
});
