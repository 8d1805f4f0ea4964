// What each fault does to the page, measured with playwright-core and nothing else.
//
// An effect opens pages of its own with the given switches and returns one figure. The tests
// compare `off` with `on`; measure_faults.mjs prints both.
import { webcrypto } from "node:crypto";
import { BUBBLE, call, Chat, pause, send, smallGroup, until } from "./chat.mjs";

const STILL = { "trap-first-scroll": "off", "trap-refetch": "off", "trap-live-requests": "off" };

async function open(browser, switches, options) {
  const chat = await Chat.open(browser, { ...STILL, ...switches }, options);
  return (await chat.ready()).calm(900);
}

async function metric(session, name) {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find((candidate) => candidate.name === name).value;
}

async function performanceSession(chat) {
  const session = await chat.page.context().newCDPSession(chat.page);
  await session.send("Performance.enable");
  return session;
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Elements in the median visible bubble. */
async function elementsPerBubble(browser, switches) {
  const chat = await open(browser, switches);
  const sizes = await chat.page.evaluate(
    (selector) =>
      [...document.querySelectorAll(selector)]
        .filter((e) => e.offsetParent)
        .map((e) => 1 + e.querySelectorAll("*").length),
    BUBBLE,
  );
  await chat.close();
  return median(sizes);
}

/** Event listeners of the page after garbage collection. */
async function listeners(browser, switches) {
  const chat = await open(browser, switches);
  const session = await performanceSession(chat);
  await session.send("HeapProfiler.collectGarbage");
  const count = await metric(session, "JSEventListeners");
  await chat.close();
  return count;
}

/** DOM nodes that an opening of a conversation leaves behind, after collection. */
async function nodesPerOpening(browser, switches) {
  const REMOUNTS = 3;
  const chat = await open(browser, switches);
  const session = await chat.page.context().newCDPSession(chat.page);
  const nodes = async () => {
    await chat.calm();
    await session.send("HeapProfiler.collectGarbage");
    return (await session.send("Memory.getDOMCounters")).nodes;
  };
  await chat.remount();
  const before = await nodes();
  for (let n = 0; n < REMOUNTS; n += 1) {
    await chat.remount();
  }
  const after = await nodes();
  await chat.close();
  // Each remount opens two conversations: the other one, and this one again.
  return Math.round((after - before) / (2 * REMOUNTS));
}

/** Milliseconds of script while the list is scrolled over its first 4,000 px and back. */
async function scriptWhileScrolling(browser, switches) {
  const chat = await open(browser, switches, {
    prepare: (page) => page.route(/cursor=/, () => undefined),
  });
  const session = await performanceSession(chat);
  const before = await metric(session, "ScriptDuration");
  await chat.page.mouse.move(900, 450);
  for (const step of [-1, 1]) {
    for (let n = 0; n < 20; n += 1) {
      await chat.page.mouse.wheel(0, step * 200);
      await pause(30);
    }
  }
  await pause(500);
  const script = (await metric(session, "ScriptDuration")) - before;
  await chat.close();
  return Math.round(script * 1000);
}

/**
 * Milliseconds of the main thread's tasks for a message that arrives, the median of seven. Not of
 * script: Chromium does not count the handlers of WebSocket messages there.
 */
async function tasksPerMessage(browser, switches) {
  const group = await smallGroup(3);
  const chat = await open(browser, switches, { path: `/chats/${group.id}` });
  const session = await performanceSession(chat);
  const tasks = [];
  for (let n = 0; n < 7; n += 1) {
    const before = await metric(session, "TaskDuration");
    const text = `arriving ${n} ${Date.now()}`;
    await send(1, group.id, text);
    await chat.page.locator(`${BUBBLE}:visible`).getByText(text).waitFor();
    tasks.push((await metric(session, "TaskDuration")) - before);
  }
  await chat.close();
  return Math.round(median(tasks) * 1000);
}

/** Of 40 looks at the middle of the list while it scrolls fast, the per cent that saw no bubble. */
async function blankLooks(browser, switches) {
  const chat = await open(browser, switches, {
    prepare: (page) => page.route(/cursor=/, () => undefined),
  });
  await chat.scrollTo(200);
  await pause(300);
  const blank = await chat.list(async (list, selector) => {
    const box = list.getBoundingClientRect();
    const column = [...list.querySelectorAll(selector)].map((e) => e.getBoundingClientRect());
    const x = Math.max(...column.map((b) => b.left)) + 20;
    const xs = [Math.min(...column.map((b) => b.left)) + 20, x];
    let seen = 0;
    for (let n = 0; n < 40; n += 1) {
      list.scrollTop += n < 20 ? 120 : -120;
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      const ys = [box.top + box.height / 2, box.top + box.height / 2 + 12];
      const hit = xs.some((at) =>
        ys.some((y) => document.elementFromPoint(at, y)?.closest(selector)),
      );
      seen += hit ? 1 : 0;
    }
    return 100 - (100 * seen) / 40;
  }, BUBBLE);
  await chat.close();
  return Math.round(blank);
}

/** px that the bubble at the top of the view moves down when older messages arrive above it. */
async function jump(browser, switches) {
  let release;
  const chat = await open(browser, switches, {
    prepare: (page) =>
      page.route(/cursor=/, async (route) => {
        await new Promise((resolve) => (release = resolve));
        await route.continue();
      }),
  });
  await chat.scrollTo(400);
  await chat.scrollTo(40);
  await until("the older page's request", () => release !== undefined);
  await chat.scrollTo(300);
  await pause(1200);
  const find = (list, selector) => {
    const top = list.getBoundingClientRect().top;
    const bubbles = [...list.querySelectorAll(selector)];
    const first = bubbles.find((e) => e.getBoundingClientRect().top >= top);
    return { text: first.innerText, y: first.getBoundingClientRect().top };
  };
  const before = await chat.list(find, BUBBLE);
  release();
  await until("an older page", () => chat.ids.size === 100);
  await pause(1500);
  const y = await chat.page.evaluate(
    ([selector, text]) =>
      [...document.querySelectorAll(selector)]
        .find((e) => e.offsetParent && e.innerText === text)
        ?.getBoundingClientRect().top,
    [BUBBLE, before.text],
  );
  await chat.close();
  return y === undefined ? "out of the document" : Math.round(y - before.y);
}

async function fillWithSecrets(conversationId, count) {
  const { key } = await call(0, "GET", `/encryption/keys/conversation/${conversationId}`);
  const raw = Buffer.from(key, "base64");
  const usable = await webcrypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  const base64 = (bytes) => Buffer.from(bytes).toString("base64");
  for (let n = 0; n < count; n += 1) {
    const iv = webcrypto.getRandomValues(new Uint8Array(12));
    const bytes = new TextEncoder().encode(`secret number ${n}`);
    const ct = await webcrypto.subtle.encrypt({ name: "AES-GCM", iv }, usable, bytes);
    const content = JSON.stringify({ v: 1, iv: base64(iv), ct: base64(ct) });
    await send(1, conversationId, content, { encrypted: true });
  }
}

/** Milliseconds from the start of the first to the end of the last of 50 decryptions. */
async function decryptionSpan(browser, switches) {
  const group = await smallGroup(4);
  const path = `/messages/conversations/${group.id}/messages?limit=50`;
  const closed = (await call(0, "GET", path)).data.filter(({ encrypted }) => encrypted).length;
  await fillWithSecrets(group.id, 50 - closed);
  const chat = await open(browser, switches, { path: `/chats/${group.id}` });
  const span = await chat.page.evaluate(() => {
    const all = performance.getEntriesByName("tms.decrypt", "measure");
    const ends = all.map((entry) => entry.startTime + entry.duration);
    const starts = all.map((entry) => entry.startTime);
    return all.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts);
  });
  await chat.close();
  return Math.round(span * 10) / 10;
}

const BOTH = ["plain", "virtual"];

function fault(name, value, measure, unit) {
  return { label: `${name}=${value}`, off: {}, on: { [name]: value }, measure, unit, lists: BOTH };
}

/** label, the switches without and with the fault, the figure, its unit, and the lists to show. */
export const EFFECTS = [
  fault("fault-elements", "50", elementsPerBubble, "elements per bubble"),
  fault("fault-listener", "on", listeners, "event listeners"),
  fault("fault-detached", "1000", nodesPerOpening, "nodes left per opening"),
  fault("fault-script-per-row", "5", scriptWhileScrolling, "ms of script in a scroll"),
  fault("fault-script-per-message", "100", tasksPerMessage, "ms of tasks per message"),
  fault("fault-blank", "on", blankLooks, "% of looks without a bubble"),
  fault("fault-jump", "200", jump, "px moved when older ones arrive"),
  {
    label: "decrypt=sequential (off: parallel)",
    off: { decrypt: "parallel" },
    on: { decrypt: "sequential" },
    measure: decryptionSpan,
    unit: "ms for 50 decryptions",
    lists: ["plain"],
  },
];

/** Both figures of an effect in one list. */
export async function compare(browser, effect, list) {
  return {
    off: await effect.measure(browser, { list, ...effect.off }),
    on: await effect.measure(browser, { list, ...effect.on }),
  };
}
