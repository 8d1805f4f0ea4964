// Encrypted messages: the form of their content, the marks of their opening, and the switch.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { BUBBLE, call, Chat, launch, send, smallGroup } from "./chat.mjs";

const COUNT = 6;
const stamp = Date.now();
const texts = Array.from({ length: COUNT }, (_, n) => `secret ${n} of ${stamp}`);
const base64 = (bytes) => Buffer.from(bytes).toString("base64");

describe("encrypted messages", { concurrency: 3 }, () => {
  let browser;
  let group;
  let ids;

  /** {"v":1,"iv","ct"} under AES-256-GCM with the conversation's key. */
  async function encrypt(text, key) {
    const iv = webcrypto.getRandomValues(new Uint8Array(12));
    const bytes = new TextEncoder().encode(text);
    const ct = await webcrypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes);
    return JSON.stringify({ v: 1, iv: base64(iv), ct: base64(ct) });
  }

  before(async () => {
    browser = await launch();
    group = await smallGroup(2);
    const { key } = await call(0, "GET", `/encryption/keys/conversation/${group.id}`);
    const raw = Buffer.from(key, "base64");
    assert.equal(raw.length, 32);
    const imported = await webcrypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
    ids = [];
    for (const text of texts) {
      const content = await encrypt(text, imported);
      ids.push((await send(1, group.id, content, { encrypted: true })).id);
    }
  });
  after(() => browser.close());

  async function open(decrypt) {
    const chat = await Chat.open(browser, decrypt ? { decrypt } : {}, {
      path: `/chats/${group.id}`,
    });
    return (await chat.ready()).calm(900);
  }

  /** The User Timing measures of our messages, in the order of their start. */
  async function measures(chat) {
    const all = await chat.page.evaluate(() =>
      performance.getEntriesByName("tms.decrypt", "measure").map((entry) => ({
        id: entry.detail.id,
        start: entry.startTime,
        end: entry.startTime + entry.duration,
      })),
    );
    return all.filter(({ id }) => ids.includes(id)).sort((a, b) => a.start - b.start);
  }

  const KEY = /^GET \/encryption\/keys\/conversation\//;

  for (const decrypt of [undefined, "sequential", "parallel"]) {
    test(`decrypt ${decrypt ?? "not set"}: each message is opened and marked with its id`, async () => {
      const chat = await open(decrypt);
      for (const text of texts) {
        assert.equal(await chat.page.locator(`${BUBBLE}:visible`).getByText(text).count(), 1);
      }
      const seen = await measures(chat);
      assert.deepEqual(new Set(seen.map(({ id }) => id)), new Set(ids));
      assert.equal(chat.count(KEY), 1, "the key is fetched once");
      await chat.close();
    });
  }

  test("decrypt sequential: one after another; parallel: all at once", async () => {
    const overlapping = {};
    for (const decrypt of ["sequential", "parallel"]) {
      const chat = await open(decrypt);
      // One fetch of the page is enough; the socket's refetch opens the messages again.
      const first = (await measures(chat)).slice(0, COUNT);
      overlapping[decrypt] = first.filter((m, i) => i > 0 && m.start < first[i - 1].end).length;
      await chat.close();
    }
    assert.equal(overlapping.sequential, 0);
    assert.ok(overlapping.parallel > 0);
  });

  test("decrypt off: the messages stay closed and no key is fetched", async () => {
    const chat = await open("off");
    const closed = chat.page.locator(`${BUBBLE}:visible`).getByText("Encrypted message");
    assert.ok((await closed.count()) >= COUNT);
    assert.equal((await measures(chat)).length, 0);
    assert.equal(chat.count(KEY), 0);
    await chat.close();
  });

  test("an encrypted message that arrives live is opened, and the lists show no ciphertext", async () => {
    const chat = await open();
    const { key } = await call(0, "GET", `/encryption/keys/conversation/${group.id}`);
    const raw = Buffer.from(key, "base64");
    const imported = await webcrypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
    const text = `live secret ${Date.now()}`;
    await send(1, group.id, await encrypt(text, imported), { encrypted: true });
    await chat.page.locator(`${BUBBLE}:visible`).getByText(text).waitFor();
    await chat.calm();
    assert.ok(!(await chat.page.locator("body").innerText()).includes('"ct"'));
    await chat.close();
  });

  test("a message that can't be opened stays closed and harms nothing else", async () => {
    const broken = JSON.stringify({
      v: 1,
      iv: base64(new Uint8Array(12)),
      ct: base64(new Uint8Array(40)),
    });
    await send(1, group.id, broken, { encrypted: true });
    const chat = await open();
    await chat.page.locator(`${BUBBLE}:visible`).getByText("Encrypted message").first().waitFor();
    assert.equal(await chat.page.locator(`${BUBBLE}:visible`).getByText(texts[0]).count(), 1);
    await chat.close();
  });
});
