#!/usr/bin/python3
"""A DevTools peer that does what a test wants, above all what no browser should do.

    devtools.py RULES PORT_FILE

RULES is a JSON file (single quotes may stand for double ones). It holds
  "handshake": "refuse" (403) or "mute" (never answers); absent: as a browser does
  "rules": a list; the first rule whose "when" occurs in a command's text answers it, at most "times"
  times. Without a rule a command is answered by an empty result.
A rule may have
  "events"   messages sent before the answer          "later"   the same, after it
  "result"   the answer's result                      "error"   the answer's error message
  "body"     JSON that the answer wraps as Network.getResponseBody does
  "raw"      this text instead of an answer           "binary"  bytes instead of an answer
  "big"      an answer of that many bytes, in fragments
  "silent"   no answer                                "close"   end the connection
"$SESSION" in texts is the command's session id, "$HEADERS" the handshake's headers as text. The
script listens on a port of the kernel's choice, writes it to PORT_FILE and ends with its first
connection.
"""

import asyncio
import json
import os
import sys

import websockets

FRAGMENT_BYTES = 1 << 16


class Peer:
    def __init__(self, script):
        self.rules = script.get("rules", [])
        self.handshake = script.get("handshake")
        self.done = asyncio.Event()
        self.headers = ""

    async def check_handshake(self, path, headers):
        self.headers = "; ".join(f"{name}: {value}" for name, value in headers.raw_items())
        if self.handshake == "refuse":
            return 403, [], b"not you\n"
        if self.handshake == "mute":
            await self.done.wait()
        return None

    def find_rule(self, text):
        for rule in self.rules:
            if rule.get("when", "") in text and rule.setdefault("times", 1 << 30) > 0:
                rule["times"] -= 1
                return rule
        return {}

    def fill(self, value, command):
        text = json.dumps(value)
        text = text.replace("$SESSION", command.get("sessionId", ""))
        return text.replace("$HEADERS", json.dumps(self.headers)[1:-1])

    async def send_events(self, socket, events, command):
        for event in events:
            await socket.send(self.fill(event, command))

    async def answer(self, socket, command, rule):
        answer = {"id": command["id"], "result": rule.get("result", {})}
        if "body" in rule:
            answer["result"] = {"body": json.dumps(rule["body"]), "base64Encoded": False}
        if "error" in rule:
            answer = {"id": command["id"], "error": {"code": -32000, "message": rule["error"]}}
        if "sessionId" in command:
            answer["sessionId"] = command["sessionId"]
        await socket.send(self.fill(answer, command))

    async def send_big(self, socket, command, size):
        head = '{"id":%d,"result":{"data":"' % command["id"]
        text = head + "x" * (size - len(head) - 3) + '"}}'
        await socket.send([text[at:at + FRAGMENT_BYTES]
                           for at in range(0, len(text), FRAGMENT_BYTES)])

    async def handle(self, socket, text):
        command = json.loads(text)
        rule = self.find_rule(text)
        await self.send_events(socket, rule.get("events", []), command)
        if rule.get("close"):
            await socket.close()
        elif "raw" in rule:
            await socket.send(rule["raw"])
        elif rule.get("binary"):
            await socket.send(b"\x00\x01\x02")
        elif "big" in rule:
            await self.send_big(socket, command, rule["big"])
        elif not rule.get("silent"):
            await self.answer(socket, command, rule)
        await self.send_events(socket, rule.get("later", []), command)

    async def serve(self, socket, path="/"):
        try:
            async for text in socket:
                await self.handle(socket, text)
        except websockets.ConnectionClosed:
            pass
        self.done.set()


async def main(script_path, port_file):
    with open(script_path) as file:
        peer = Peer(json.loads(file.read().replace("'", '"')))
    server = await websockets.serve(peer.serve, "127.0.0.1", 0, max_size=None,
                                    process_request=peer.check_handshake)
    with open(port_file + ".new", "w") as file:
        file.write(str(server.sockets[0].getsockname()[1]))
    os.rename(port_file + ".new", port_file)
    await peer.done.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
