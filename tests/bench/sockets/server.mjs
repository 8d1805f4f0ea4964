// The real Socket.IO server in the chat's manners: puts each connection into a room and tells it so,
// sends a posted message to the room, and tells how many connections there are.
//
//   node server.mjs PORT_FILE [WORKERS]
//
// With more than one worker the connections are spread over them, as one process may not hold them
// all; the count is of all of them, a message reaches one worker's only.
import cluster from "node:cluster";
import fs from "node:fs";
import http from "node:http";
import { Server } from "socket.io";

const [portFile, workers = "1"] = process.argv.slice(2);
const API = "/api/v1";
const ROOM = "room-1";
const TELL_MS = 20;

let others = 0;
let order = 0;

function start(port, told) {
  const server = http.createServer((request, response) => {
    if (request.url.startsWith("/socket.io/")) {
      return;
    }
    let text = "";
    request.on("data", (piece) => { text += piece; });
    request.on("end", () => {
      let status = 200;
      let answer = { status: "healthy" };
      if (request.url === `${API}/health/websocket`) {
        answer = { active_connections: workers === "1" ? io.engine.clientsCount : others };
      } else if (request.method === "POST") {
        const message = JSON.parse(text);
        status = 201;
        answer = { id: "m" };
        io.to(ROOM).emit("new_message", { ...message, id: "m", sequence_number: ++order });
      }
      const body = JSON.stringify(answer);
      response.writeHead(status, { "content-type": "application/json",
                                   "content-length": Buffer.byteLength(body) });
      response.end(body);
    });
  });
  const io = new Server(server, { transports: ["websocket"], pingInterval: 25000,
                                  pingTimeout: 120000, perMessageDeflate: false });
  io.on("connection", (socket) => {
    socket.join(ROOM);
    socket.emit("rooms_joined", { conversation_ids: [ROOM] });
  });
  server.listen({ port, host: "127.0.0.1", backlog: 4096 }, () => told(server.address().port));
  if (workers !== "1") {
    setInterval(() => process.send({ count: io.engine.clientsCount }), TELL_MS);
    process.on("message", (message) => { others = message.total; });
  }
}

function publish(port) {
  fs.writeFileSync(`${portFile}.new`, String(port));
  fs.renameSync(`${portFile}.new`, portFile);
}

if (workers === "1") {
  start(0, publish);
} else if (cluster.isPrimary) {
  const counts = {};
  for (let i = 0; i < Number(workers); i++) {
    cluster.fork();
  }
  cluster.on("message", (worker, message) => {
    if (message.port) {
      publish(message.port);
      return;
    }
    counts[worker.id] = message.count;
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    Object.values(cluster.workers).forEach((each) => each.send({ total }));
  });
} else {
  start(0, (port) => process.send({ port }));
}
