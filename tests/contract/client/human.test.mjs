// What a person does: write, answer, react, vote, type.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BUBBLE, call, Chat, groupId, launch, send, smallGroup, until } from "./chat.mjs";

describe("what a person does", { concurrency: 3 }, () => {
  let browser;
  let group;
  before(async () => {
    browser = await launch();
    group = await smallGroup(1);
  });
  after(() => browser.close());

  async function openGroup(user, list = "plain") {
    const chat = await Chat.open(browser, { list }, { user, path: `/chats/${group.id}` });
    return (await chat.ready()).calm(900);
  }

  const bubble = (chat, text) =>
    chat.page
      .locator(`${BUBBLE}:visible`)
      .filter({ has: chat.page.getByText(text, { exact: true }) });

  /** Reactions, buttons and quotes of the stored message with this text. */
  async function stored(text) {
    const path = `/messages/conversations/${group.id}/messages?limit=50`;
    return (await call(0, "GET", path)).data.find(({ content }) => content === text);
  }

  for (const list of ["plain", "virtual"]) {
    test(`${list} list: a message that is written appears once, is stored, and reaches the other`, async () => {
      const [me, other] = [await openGroup(0, list), await openGroup(1, list)];
      const text = `hello ${list} ${Date.now()}`;
      await me.page.locator("textarea:visible").fill(text);
      await me.page.keyboard.press("Enter");
      await bubble(other, text).waitFor();
      await until(
        "the tick",
        async () => (await bubble(me, text).locator(".is-sending").count()) === 0,
      );
      assert.equal(await bubble(me, text).count(), 1);
      assert.equal(await me.page.locator("textarea:visible").inputValue(), "");
      assert.equal((await stored(text)).senderId, (await call(0, "GET", "/users/me")).id);
      await Promise.all([me.close(), other.close()]);
    });
  }

  test("a message that can't be sent stays, marked as failed", async () => {
    const chat = await openGroup(0);
    await chat.page.route("**/api/v1/messages/", (route) => route.abort());
    const text = `lost ${Date.now()}`;
    await chat.page.locator("textarea:visible").fill(text);
    await chat.page.getByRole("button", { name: "Send", exact: true }).click();
    await bubble(chat, text).locator(".is-failed").waitFor();
    await chat.close();
  });

  test("the menu of a bubble answers with a quote", async () => {
    const chat = await openGroup(0);
    const question = `question ${Date.now()}`;
    const answer = `answer ${Date.now()}`;
    const { id } = await send(1, group.id, question);
    await bubble(chat, question).hover();
    await bubble(chat, question).getByRole("button", { name: "Reply" }).click();
    await chat.page.locator("textarea:visible").fill(answer);
    await chat.page.keyboard.press("Enter");
    await bubble(chat, answer).locator(".quote").getByText(question).waitFor();
    await until("it is stored", async () => (await stored(answer))?.replyToId === id);
    await chat.close();
  });

  test("the menu of a bubble adds a reaction, the chip takes it away, and others see both", async () => {
    const [me, other] = [await openGroup(0), await openGroup(1)];
    const text = `react ${Date.now()}`;
    await send(2, group.id, text);
    await bubble(me, text).hover();
    await bubble(me, text).getByRole("button", { name: "React with 🎉" }).click();
    const chip = (chat) => bubble(chat, text).locator(".chip");
    await chip(other).filter({ hasText: "🎉" }).waitFor();
    assert.equal(await chip(me).getAttribute("aria-pressed"), "true");
    assert.equal((await stored(text)).reactions.length, 1);
    await chip(me).click();
    await chip(other).waitFor({ state: "detached" });
    assert.equal((await stored(text)).reactions.length, 0);
    await Promise.all([me.close(), other.close()]);
  });

  test("a vote moves the bars, and a second one replaces the first", async () => {
    const chat = await Chat.open(browser, { "trap-latch": "off", "trap-first-scroll": "off" });
    await (await chat.ready()).calm(900);
    await chat.loadAll(201);
    await chat.scrollTo(0);
    const options = chat.page.locator(".poll-option:visible");
    const ownVotes = async () => {
      const path = `/messages/conversations/${groupId}/messages?limit=1&cursor=seq:2`;
      const { poll } = (await call(0, "GET", path)).data[0];
      const ordered = [...poll.options].sort((a, b) => a.position - b.position);
      return ordered.map(({ id }) => poll.userVotes.includes(id));
    };
    for (const chosen of [0, 1]) {
      await options.nth(chosen).click();
      await until(
        "the vote",
        async () => (await options.nth(chosen).getAttribute("aria-pressed")) === "true",
      );
      assert.deepEqual(
        await ownVotes(),
        [0, 1, 2, 3].map((n) => n === chosen),
      );
      assert.notEqual(await options.nth(chosen).locator(".poll-percent").innerText(), "0 %");
    }
    assert.equal(await options.nth(0).getAttribute("aria-pressed"), "false");
    await chat.close();
  });

  test("a file that is picked is uploaded and appears as a card", async () => {
    const chat = await openGroup(0);
    const name = `notes-${Date.now()}.pdf`;
    const picked = chat.page.waitForEvent("filechooser");
    await chat.page.getByRole("button", { name: "Attach a file" }).click();
    const file = { name, mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4 notes") };
    await (await picked).setFiles(file);
    await chat.page.locator(`${BUBBLE}:visible .file-card`).getByText(name).waitFor();
    await chat.close();
  });

  test("the search field narrows the sidebar, and the header shows the members", async () => {
    const chat = await openGroup(0);
    const sidebar = chat.page.locator("aside.sidebar .conversation");
    await until("the conversations", async () => (await sidebar.count()) > 1);
    await chat.page.getByRole("searchbox").fill(group.display_name ?? group.name);
    await until("one of them", async () => (await sidebar.count()) === 1);
    await chat.page.getByRole("button", { name: "Members" }).click();
    const members = chat.page.locator(".member-panel:visible li");
    await until("all members", async () => (await members.count()) === group.memberCount);
    await chat.close();
  });

  test("typing is shown to the others and goes away again", async () => {
    const [me, other] = [await openGroup(0), await openGroup(1)];
    await me.page.locator("textarea:visible").pressSequentially("Hel");
    const line = other.page.locator(".typing-line:visible");
    await until("typing", async () => (await line.innerText()).includes("typing"));
    await until("its end", async () => (await line.innerText()) === "");
    await Promise.all([me.close(), other.close()]);
  });
});
