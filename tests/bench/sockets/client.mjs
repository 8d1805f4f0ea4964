// Holds connections with node's own client and tells what they cost it.
//
//   node client.mjs URL COUNT RATE
//
// One connection first, whose memory is what the rest is measured from. Prints one line of JSON:
// connected, failed, cpu_ms and kb of each connection beyond the first.
import { io } from "socket.io-client";

const [url, count, rate] = process.argv.slice(2);
const BATCH_MS = 100;
const SETTLE_MS = 1500;

let connected = 0;
let failed = 0;

function connect(done) {
  const socket = io(url, { transports: ["websocket"], forceNew: true, reconnection: false });
  socket.on("rooms_joined", () => { connected++; done(); });
  socket.on("connect_error", () => { failed++; done(); });
}

const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

await new Promise(connect);
await wait(SETTLE_MS);
globalThis.gc?.();
const before = { cpu: cpuMs(), rss: process.memoryUsage.rss() };
const wanted = Number(count) - 1;
let begun = 0;
await new Promise((resolve) => {
  let ended = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < Number(rate) * BATCH_MS / 1000 && begun < wanted; i++, begun++) {
      connect(() => { if (++ended === wanted) resolve(); });
    }
    if (begun === wanted) clearInterval(timer);
  }, BATCH_MS);
});
const cpu = cpuMs() - before.cpu;
await wait(SETTLE_MS);
globalThis.gc?.();
const rss = process.memoryUsage.rss() - before.rss;
console.log(JSON.stringify({ connected, failed, cpu_ms: cpu / wanted, kb: rss / 1024 / wanted }));
process.exit(0);
