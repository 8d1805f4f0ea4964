#!/usr/bin/python3
"""A Socket.IO server that does what a test wants, above all what no server should do.

    socketio_server.py PORT_FILE [BEHAVIOUR …]

It listens on a port of the kernel's choice, writes it to PORT_FILE and runs until it is killed. The
n-th connection to /socket.io/ gets the n-th behaviour, and after the last one the first again; with
none given all are `good`:

  good              the chat's manners: open packet, rooms_joined before the acknowledgement, pings
  fragments         the same, every message in frames of three bytes
  extras            good, with binary events, other namespaces and acks that nobody asked for between
  silent            accepts and never answers
  slam              ends the connection before any answer
  status-503        the upgrade is answered with that status (also 404, 429 …)
  garbage           no HTTP at all in answer to the upgrade
  mute              upgrades, then nothing
  bad-open          an open packet that is no JSON
  bad-type          a packet of no known type
  bad-packet        an event that does not end
  stray-binary      a binary message that belongs to nothing
  huge              a message of 10 MB
  no-ack            everything but the acknowledgement
  reject            the CONNECT is answered with an error
  close-open        a close frame (1011) instead of the open packet
  close-ack         a close frame (1008) instead of the acknowledgement
  later-close       good, then a close frame (1001)
  later-reset       good, then a TCP reset
  later-disconnect  good, then leaves the namespace
  later-bye         good, then Engine.IO's close packet
  later-huge        good, then a message of 10 MB
  no-ping           good, but no ping ever comes though it promises one each 300 ms

Over HTTP it answers /api/v1/health, /api/v1/health/websocket, and POST /api/v1/messages/: the
message goes to everybody by the rules below, from its number n (the last in its text) and the
receiver's number m (in the order of their CONNECTs), and the truth is told by /truth. A text that
begins with "mute " is never answered. The event "say" is answered with an event of the name that it
asks for.

  (n + m) % 11 == 0   lost
  (n + m) % 7 == 0    sent twice
  n % 10 == 3         held back at receivers with m % 4 == 1 until message n + 1 is there: out of order
  else                delayed by 2 ms × (m % 5)
"""

import asyncio
import base64
import hashlib
import json
import os
import re
import socket
import struct
import sys
import time

ROOM = "room-1"
OPEN = '0{"sid":"e","upgrades":[],"pingInterval":%d,"pingTimeout":%d,"maxPayload":1000000}'
HUGE = b"x" * 10_000_000
BEHAVIOURS = sys.argv[2:] or ["good"]


class State:
    sockets = 0
    members = []
    accepted = 0
    orders = 0
    held = {}
    truth = {"messages": 0, "deliveries": [], "lost": 0, "doubled": 0, "out_of_order": 0}


class Peer:
    def __init__(self, reader, writer, fragments=False):
        self.reader, self.writer, self.fragments = reader, writer, fragments
        self.token = None
        self.number = None

    def frame(self, opcode, data):
        pieces = [data[i:i + 3] for i in range(0, len(data), 3)] if self.fragments else [data]
        out = b""
        for i, piece in enumerate(pieces or [b""]):
            first = (0x80 if i + 1 >= len(pieces) else 0) | (opcode if i == 0 else 0)
            size = len(piece)
            if size < 126:
                out += struct.pack("!BB", first, size)
            elif size < 65536:
                out += struct.pack("!BBH", first, 126, size)
            else:
                out += struct.pack("!BBQ", first, 127, size)
            out += piece
        self.writer.write(out)

    def text(self, text):
        self.frame(1, text.encode())

    def close(self, code):
        self.frame(8, struct.pack("!H", code))

    def reset(self):
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def receive(self):
        """The next text; None at the end, on a close frame too."""
        try:
            head = await self.reader.readexactly(2)
            size = head[1] & 0x7F
            if size == 126:
                size, = struct.unpack("!H", await self.reader.readexactly(2))
            elif size == 127:
                size, = struct.unpack("!Q", await self.reader.readexactly(8))
            mask = await self.reader.readexactly(4)
            data = bytes(b ^ mask[i % 4] for i, b in enumerate(await self.reader.readexactly(size)))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        if head[0] & 0x0F == 8:
            self.frame(8, data[:2])
            return None
        return data.decode()


def upgrade(head):
    key = re.search(rb"Sec-WebSocket-Key: (\S+)", head, re.I).group(1)
    accept = base64.b64encode(
        hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()).decode()
    return ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode()


async def until_gone(peer):
    while await peer.receive() is not None:
        pass


async def before_upgrade(peer, behaviour):
    """True when the behaviour ends here."""
    if behaviour == "silent":
        await peer.reader.read()
    elif behaviour == "slam":
        pass
    elif behaviour.startswith("status-"):
        code = behaviour.removeprefix("status-")
        peer.writer.write(f"HTTP/1.1 {code} No\r\nContent-Length: 0\r\n\r\n".encode())
    elif behaviour == "garbage":
        peer.writer.write(b"\x00\x01 this is no HTTP \r\n\r\n" * 4)
    else:
        return False
    return True


async def before_ready(peer, behaviour):
    first = {"bad-open": "0{nonsense", "bad-type": "9", "bad-packet": '42["half'}
    if behaviour == "close-open":
        peer.close(1011)
    elif behaviour == "huge":
        peer.frame(1, HUGE)
    elif behaviour == "stray-binary":
        peer.text(OPEN % (25000, 20000))
        peer.frame(2, b"\0\1\2")
    elif behaviour in first:
        if behaviour == "bad-packet":
            peer.text(OPEN % (25000, 20000))
        peer.text(first[behaviour])
    elif behaviour != "mute":
        return False
    await until_gone(peer)
    return True


def extras(peer):
    peer.text('451-["picture",{"_placeholder":true,"num":0}]')
    peer.frame(2, b"\0" * 1000)
    peer.text('42/admin,["other",1]')
    peer.text("4399[]")
    peer.text("6")


async def later(peer, behaviour):
    await asyncio.sleep(0.3)
    if behaviour == "later-close":
        peer.close(1001)
    elif behaviour == "later-reset":
        peer.reset()
    elif behaviour == "later-disconnect":
        peer.text("41")
    elif behaviour == "later-bye":
        peer.text("1")
    elif behaviour == "later-huge":
        peer.frame(1, HUGE)


async def converse(peer, behaviour):
    """From the CONNECT on; what the client sends is answered as the chat does."""
    while (text := await peer.receive()) is not None:
        if text.startswith("40"):
            peer.token = json.loads(text[2:] or "{}").get("token")
            if behaviour == "reject":
                peer.text('44{"message":"Connection rejected by server"}')
                continue
            if behaviour == "close-ack":
                peer.close(1008)
                continue
            peer.text('42["rooms_joined",{"conversation_ids":["%s","room-2"]}]' % ROOM)
            if behaviour == "no-ack":
                continue
            if behaviour == "extras":
                extras(peer)
            peer.number = len(State.members)
            State.members.append(peer)
            peer.text('40{"sid":"s"}')
            if behaviour.startswith("later-"):
                asyncio.ensure_future(later(peer, behaviour))
        elif text == '42["keepalive",{}]':
            peer.text('42["keepalive_ack",{}]')
        elif text.startswith('42["say",'):
            peer.text('42["%s",{}]' % json.loads(text[2:])[1]["event"])
        elif text.startswith("42") and text[2].isdigit():
            number = re.match(r"42(\d+)", text).group(1)
            peer.text(f"43{number}[]")
        elif text == "41":
            return


async def socket_io(reader, writer, head):
    behaviour = BEHAVIOURS[State.accepted % len(BEHAVIOURS)]
    State.accepted += 1
    peer = Peer(reader, writer, behaviour == "fragments")
    if await before_upgrade(peer, behaviour):
        return
    writer.write(upgrade(head))
    State.sockets += 1
    pings = None
    try:
        if await before_ready(peer, behaviour):
            return
        soon = behaviour == "no-ping"
        peer.text(OPEN % ((300, 200) if soon else (1000, 20000)))
        pings = None if soon else asyncio.ensure_future(ping(peer))
        await converse(peer, behaviour)
    finally:
        State.sockets -= 1
        if pings is not None:
            pings.cancel()
        if peer in State.members:
            State.members[peer.number] = None


async def ping(peer):
    while True:
        await asyncio.sleep(1)
        peer.text("2")


class Message:
    def __init__(self, body, sender):
        State.orders += 1
        self.number = int(re.findall(r"\d+", body["content"])[-1])
        self.sender = sender
        self.began_ns = time.monotonic_ns()
        self.text = "42" + json.dumps(["new_message", {
            "id": "m", "conversation_id": body["conversation_id"], "content": body["content"],
            "sequence_number": State.orders, "sender": {"name": "somebody"}}])

    def to(self, peer, times):
        for _ in range(times):
            peer.text(self.text)
        State.truth["doubled"] += times - 1
        if peer.token != self.sender:
            State.truth["deliveries"].append((time.monotonic_ns() - self.began_ns) / 1e6)


def send(peer, message, times):
    if State.members[peer.number] is not peer:
        return
    message.to(peer, times)
    held = State.held.get(peer.number)
    if held is not None and held.number < message.number:
        del State.held[peer.number]
        held.to(peer, 1)
        State.truth["out_of_order"] += 1


def spread(message):
    State.truth["messages"] += 1
    n = message.number
    for peer in [peer for peer in State.members if peer is not None]:
        m = peer.number
        if (n + m) % 11 == 0:
            State.truth["lost"] += peer.token != message.sender
            continue
        if n % 10 == 3 and m % 4 == 1 and m not in State.held:
            State.held[m] = message
            continue
        times = 2 if (n + m) % 7 == 0 else 1
        if m in State.held or m % 5 == 0:
            send(peer, message, times)
        else:
            asyncio.get_running_loop().call_later(0.002 * (m % 5), send, peer, message, times)


def reply(writer, status, value):
    body = json.dumps(value).encode()
    writer.write(f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n"
                 f"Content-Length: {len(body)}\r\n\r\n".encode() + body)


async def http(writer, path, head, body):
    if path.startswith("/api/v1/health/websocket"):
        reply(writer, 200, {"active_connections": State.sockets})
    elif path.startswith("/api/v1/messages/"):
        token = re.search(rb"Authorization: Bearer (\S+)", head).group(1).decode()
        message = json.loads(body)
        spread(Message(message, token))
        if not message["content"].startswith("mute "):
            reply(writer, 201, {"id": "m"})
    elif path == "/truth":
        reply(writer, 200, State.truth)
    else:
        reply(writer, 200, {"status": "healthy"})


async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            if path.startswith("/socket.io/"):
                await socket_io(reader, writer, head)
                break
            length = re.search(rb"Content-Length: (\d+)", head, re.I)
            body = await reader.readexactly(int(length.group(1))) if length else b""
            await http(writer, path, head, body)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    with open(sys.argv[1] + ".new", "w") as file:
        file.write(str(port))
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    async with server:
        await server.serve_forever()


asyncio.run(main())
