// (b) The suite's way: the full browser, and a fixed sleep after every step instead of a condition.
import { FULL, counts, launch, openPage, options, press, remount, scroller, url, watchMessages } from "./chat.mjs";

const OPEN_MS = 5000;
const STEP_MS = 3000;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const browser = await launch(FULL, ["--headless=new", "--no-sandbox"]);
const page = await openPage(browser);
const state = await watchMessages(page);
await page.goto(url);
await sleep(OPEN_MS);
const result = { stages: {} };
for (const count of options.counts) {
  for (let turn = 0; state.ids.size < count && turn < 20; turn++) {
    state.holding = false;
    if (state.held.length > 0) {
      await Promise.all(state.held.splice(0).map((route) => route.continue().catch(() => {})));
    } else if (!(await press(page))) {
      await remount(page);
    }
    await sleep(STEP_MS);
  }
  state.holding = true;
  await page.evaluate(`(() => { const s = ${scroller}; s.scrollTop = s.scrollHeight; })()`);
  await sleep(STEP_MS);
  const stage = { loaded: state.ids.size, ...(await counts(page)) };
  stage.js_heap = await page.evaluate(() => performance.memory.usedJSHeapSize);
  stage.raf_fps = await page.evaluate(`new Promise((resolve) => {
    const s = ${scroller};
    const times = [];
    const step = (now) => {
      times.push(now);
      s.scrollTop -= 20;
      if (now - times[0] < 3000) requestAnimationFrame(step);
      else resolve((times.length - 1) * 1000 / (now - times[0]));
    };
    requestAnimationFrame(step);
  })`);
  await page.screenshot({ path: `${options.dir}/suite-${count}.png` });
  result.stages[count] = stage;
}
await browser.close();
console.log(JSON.stringify(result));
