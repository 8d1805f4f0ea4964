// The switches: set by the first page's query, kept for the tab, refused when misspelt.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Chat, groupId, launch } from "./chat.mjs";

describe("switches", { concurrency: 3 }, () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  const isVirtual = async (chat) =>
    (await chat.page.locator("div[role=list]:visible").count()) === 1;

  test("without a query the list is plain", async () => {
    const chat = await Chat.open(browser);
    await chat.ready();
    assert.equal(await isVirtual(chat), false);
    await chat.close();
  });

  test("a switch holds over client-side routes and a reload of the tab, but not in another tab", async () => {
    const chat = await Chat.open(browser, { list: "virtual", "trap-first-scroll": "off" });
    await chat.ready();
    await chat.remount();
    assert.ok(await isVirtual(chat));
    await chat.page.goto(`http://localhost:3000/chats/${groupId}`);
    await chat.ready();
    assert.ok(await isVirtual(chat), "after a full load without a query");
    const other = new Chat(await chat.page.context().newPage());
    await other.page.goto(`http://localhost:3000/chats/${groupId}`);
    await other.ready();
    assert.equal(await isVirtual(other), false);
    await chat.close();
  });

  test("a later query changes the switch that it names and no other", async () => {
    const chat = await Chat.open(browser, { list: "virtual", "trap-twin": "off" });
    await chat.ready();
    await chat.page.goto(`http://localhost:3000/chats/${groupId}?trap-twin=on`);
    await chat.ready();
    assert.ok(await isVirtual(chat));
    assert.equal(await chat.page.locator("textarea").count(), 2);
    await chat.close();
  });

  for (const [query, words] of [
    ["list=both", "list=both: use one of plain, virtual"],
    ["trap-modal=yes", "trap-modal=yes: use one of on, off"],
    ["trap-modul=off", "trap-modul is unknown"],
    ["fault-jump=-5", "fault-jump=-5: use a number from 0"],
    ["fault-elements=2000", "fault-elements=2000: use a number from 0 to 1000"],
  ]) {
    test(`?${query} is refused with a sentence`, async () => {
      const chat = await Chat.open(browser, Object.fromEntries([query.split("=")]));
      await chat.page.getByText(words).waitFor();
      assert.equal(chat.calls.length, 0);
      await chat.close();
    });
  }
});
