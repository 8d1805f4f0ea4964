// (a) What `tmscdp measure --quick` does, by playwright-core with the same engine, flags and waits by
// condition: first load with LCP, then at each count elements, memory behind a collection, an update
// storm and a picture.
import { SHELL, counts, launch, loadTo, openPage, options, quiet, toEnd, until, url, watchMessages } from "./chat.mjs";

const browser = await launch(SHELL, options.flags);
const result = { stages: {} };

const warm = await openPage(browser);
await warm.goto(url, { waitUntil: "commit" });
await warm.waitForFunction(() => document.querySelector('[class*="max-w-[85%]"]') !== null);
await quiet(warm, 150);
await warm.close();

const page = await openPage(browser);
await page.addInitScript(() => {
  window.sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(...address) {
      super(...address);
      window.sockets.push(this);
    }
  };
  window.lcp = [];
  new PerformanceObserver((list) => window.lcp.push(...list.getEntries().map((e) => e.startTime)))
    .observe({ type: "largest-contentful-paint", buffered: true });
});
const cdp = await page.context().newCDPSession(page);
await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
const state = await watchMessages(page);
await page.goto(url, { waitUntil: "commit" });
await until("first page", () => state.ids.size > 0 && state.inFlight === 0);
await quiet(page, 700);
result.lcp = await page.evaluate(() => window.lcp.at(-1));

const storm = () => page.evaluate(async (conversation) => {
  const socket = window.sockets.find((one) => one.url.includes("/socket.io/") && one.readyState === 1);
  const frame = (name) => `42["${name}",{"conversation_id":"${conversation}","user_id":"somebody"}]`;
  const times = [];
  return new Promise((resolve) => {
    const step = (now) => {
      times.push(now);
      if (times.length % 2 === 1 && now - times[0] >= 600) {
        resolve((times.length - 1) * 1000 / (now - times[0]));
        return;
      }
      const data = frame(times.length % 2 === 1 ? "typing_start" : "typing_stop");
      socket.dispatchEvent(new MessageEvent("message", { data, origin: new URL(socket.url).origin }));
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}, options.conversation);

for (const count of options.counts) {
  if (state.ids.size < count) {
    await loadTo(page, state, count);
    await toEnd(page);
    await quiet(page, 350);
  }
  await toEnd(page);
  const stage = { loaded: state.ids.size, ...(await counts(page)) };
  await cdp.send("HeapProfiler.collectGarbage");
  stage.dom_nodes = (await cdp.send("Memory.getDOMCounters")).nodes;
  stage.js_heap = (await cdp.send("Runtime.getHeapUsage")).usedSize;
  stage.storm_fps = await storm();
  await page.screenshot({ path: `${options.dir}/quick-${count}.png` });
  result.stages[count] = stage;
}
await browser.close();
console.log(JSON.stringify(result));
