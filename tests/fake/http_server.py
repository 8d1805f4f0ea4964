#!/usr/bin/python3
"""An HTTP server that does what a test wants, above all what no server should do.

    http_server.py PORT_FILE

It listens on a port of the kernel's choice, writes it to PORT_FILE and runs until it is killed. The
path says what happens:
  /ok              200 {"data": [{"type": "IMAGE"}, {"type": "FILE"}], "next": "seq:2"}
  /echo            200 with the request's method, path, headers and body as JSON
  /count           200 {"connections": N, "requests": M} so far
  /status/CODE     that status, {"detail": "status CODE"}
  /pool            500 {"detail": "Internal authentication error"}
  /slow/MS         /ok after so many milliseconds
  /redirect        307 to another address
  /mute            never an answer
  /stall           half of the body, then nothing
  /reset           half of the body, then a reset
  /close           the connection ends without an answer
  /short           fewer bytes than announced, then the end
  /long            more bytes than announced
  /cut-chunk       a chunk shorter than announced, then the end
  /bad-chunk       a chunk's size that is no number
  /garbage         no HTTP at all
  /idle-close      /ok, and 50 ms later the end of the connection, unannounced
  /not-json        200 with a body that is cut off in the middle
  /restart         as /close, and all later connections are refused
"""

import asyncio
import json
import os
import socket
import struct
import sys

OK = json.dumps({"data": [{"type": "IMAGE"}, {"type": "FILE"}], "next": "seq:2"}).encode()
TLS_HELLO = b"\x16"
HEAD = "HTTP/1.1 {} Fake\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{}\r\n"


class Counts:
    connections = 0
    requests = 0


def answer(status, body, length=None, more=""):
    return HEAD.format(status, len(body) if length is None else length, more).encode() + body


def detail(text):
    return json.dumps({"detail": text}).encode()


async def read_request(reader, writer):
    """(method, path, headers, body); None at the connection's end."""
    try:
        head = await reader.readexactly(1)
        if head == TLS_HELLO:
            writer.write(b"HTTP/1.1 400 No TLS here\r\n\r\n")
            return None
        head += await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    lines = head.decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ", 2)
    headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    length = int(headers.get("Content-Length", "0"))
    if headers.get("Transfer-Encoding") == "chunked":
        body = b""
        while (size := int(await reader.readline(), 16)) > 0:
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    else:
        body = await reader.readexactly(length)
    return method, path, headers, body


def reset(writer):
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def misbehave(path, writer):
    """True when the connection goes on."""
    chunked = b"HTTP/1.1 200 Fake\r\nTransfer-Encoding: chunked\r\n\r\n"
    half = OK[: len(OK) // 2]
    if path == "/mute":
        await asyncio.sleep(3600)
    elif path == "/stall":
        writer.write(answer(200, half, len(OK)))
        await asyncio.sleep(3600)
    elif path == "/reset":
        writer.write(answer(200, half, len(OK)))
        await writer.drain()
        await asyncio.sleep(0.02)
        reset(writer)
    elif path == "/short":
        writer.write(answer(200, OK, len(OK) + 10))
    elif path == "/long":
        writer.write(answer(200, OK + b" more than that", len(OK)))
    elif path == "/cut-chunk":
        writer.write(chunked + b"20\r\n" + half[:8])
    elif path == "/bad-chunk":
        writer.write(chunked + b"size\r\n" + half)
    elif path == "/garbage":
        writer.write(b"\x00\x01 this is not HTTP\r\n\r\n")
    elif path == "/idle-close":
        writer.write(answer(200, OK))
        await writer.drain()
        await asyncio.sleep(0.05)
    elif path != "/close":
        return True
    return False


async def behave(method, path, headers, body, writer):
    part = path.split("/")
    if path == "/count":
        told = {"connections": Counts.connections, "requests": Counts.requests}
        writer.write(answer(200, json.dumps(told).encode()))
    elif path.startswith("/echo"):
        told = {"method": method, "path": path, "headers": headers, "bytes": len(body),
                "body": body[:4096].decode("latin-1")}
        writer.write(answer(200, json.dumps(told).encode()))
    elif path == "/pool":
        writer.write(answer(500, detail("Internal authentication error")))
    elif path == "/not-json":
        writer.write(answer(200, OK[:-3]))
    elif path == "/redirect":
        writer.write(answer(307, b"", more="Location: http://192.0.2.1/elsewhere\r\n"))
    elif part[1] == "status":
        writer.write(answer(int(part[2]), detail("status " + part[2])))
    else:
        if part[1] == "slow":
            await asyncio.sleep(int(part[2]) / 1000)
        writer.write(answer(200, OK))


def make_handler(state):
    async def handle(reader, writer):
        Counts.connections += 1
        try:
            while (request := await read_request(reader, writer)) is not None:
                Counts.requests += 1
                method, target, headers, body = request
                path = target.split("?")[0]
                if path == "/restart":
                    state["server"].close()
                    break
                if not await misbehave(path, writer):
                    break
                await behave(method, path if path != "/echo" else target, headers, body, writer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
    return handle


async def main(port_file):
    state = {}
    state["server"] = await asyncio.start_server(make_handler(state), "127.0.0.1", 0, backlog=1024)
    port = state["server"].sockets[0].getsockname()[1]
    with open(port_file + ".new", "w") as file:
        file.write(str(port))
    os.rename(port_file + ".new", port_file)
    await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
