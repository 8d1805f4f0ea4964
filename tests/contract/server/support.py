"""What the contract tests share: one private stack, servers started once a configuration, an HTTP
client, a Socket.IO client that shows the raw frames, and conversations made for one test."""

import asyncio
import atexit
import json
import os
import signal
import sys
import time
import unittest
from concurrent.futures import Future
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from threading import Thread
from typing import Any, AsyncIterator, Callable, Optional
from uuid import uuid4

import websockets

SERVER_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tms/server")
sys.path.insert(0, SERVER_FOLDER)

import private_stack  # noqa: E402
import sample_world as world  # noqa: E402

API = "/api/v1"
PATIENCE_S = 10

_running = ExitStack()
_stack: Optional[private_stack.PrivateStack] = None
_servers: dict[tuple, private_stack.Server] = {}
_pings: dict[int, Future] = {}

atexit.register(_running.close)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def stack() -> private_stack.PrivateStack:
    """The private stack of this test run, with the sample world in it."""
    global _stack
    if _stack is None:
        _stack = _running.enter_context(private_stack.PrivateStack())
        _stack.sql(world.SQL)
        first_ping(server())
    return _stack


def server(**switches: str) -> private_stack.Server:
    """A server with these variables, as the chat was first otherwise; limits are off unless asked
    for. Started once and kept."""
    switches.setdefault("RATELIMIT_ENABLED", "false")
    running = stack()
    key = tuple(sorted(switches.items()))
    if key not in _servers:
        _servers[key] = _running.enter_context(running.server(**switches))
    return _servers[key]


def first_ping(to: private_stack.Server) -> Future:
    """Seconds from the opening of a socket to the server's first ping, watched from the server's
    start on, so that no test has to wait for it alone."""
    if to.port not in _pings:
        _pings[to.port] = Future()
        Thread(target=_watch_ping, args=(to.port, _pings[to.port]), daemon=True).start()
    return _pings[to.port]


def _watch_ping(port: int, result: Future) -> None:
    async def watch() -> float:
        address = f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"
        async with websockets.connect(address) as connection:
            await connection.recv()
            begun = time.monotonic()
            frame = await connection.recv()
            if frame != "2":
                raise AssertionError(f"the first frame after the open packet is {frame!r}")
            await connection.send("3")
            return time.monotonic() - begun

    try:
        result.set_result(asyncio.run(watch()))
    except Exception as error:
        result.set_exception(error)


FIXED = {
    "TMS_DEBUG_QUERY": "off",
    "TMS_POLL_LOCK": "off",
    "TMS_REACTION_ROWS": "off",
    "TMS_CONVERSATIONS_N_PLUS_1": "off",
    "TMS_CONNECT_QUERIES": "off",
    "TMS_FILE_HMAC": "off",
    "TMS_PRESENCE_BROADCAST": "off",
}


def token(index: int, **claims: Any) -> str:
    return world.token(private_stack.SECRET, index, **claims)


def sql(text: str) -> str:
    return stack().sql(text)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """HTTP as one user, a new connection per call. user None sends no Authorization."""

    def __init__(self, to: private_stack.Server, user: Optional[int] = 0):
        self.port = to.port
        self.user = user

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Optional[dict[str, str]] = None,
    ) -> Answer:
        """`body` is JSON unless it is bytes; `path` goes under /api/v1 unless it is absolute."""
        sent = {} if self.user is None else {"Authorization": f"Bearer {token(self.user)}"}
        sent.update(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, API + path, body, sent)
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, {} if body is None else body, headers)

    def put(self, path: str, body: Any) -> Answer:
        return self.call("PUT", path, body)

    def delete(self, path: str) -> Answer:
        return self.call("DELETE", path)

    def send(self, conversation_id: str, content: str = "Hello", **fields: Any) -> Answer:
        return self.post(
            "/messages/", {"conversation_id": conversation_id, "content": content, **fields}
        )

    def page(self, conversation_id: str, query: str = "limit=50") -> Answer:
        return self.get(f"/messages/conversations/{conversation_id}/messages?{query}")


def new_conversation(*members: int, texts: int = 0) -> str:
    """A group of these users with so many TEXT messages of the first one."""
    conversation_id = str(uuid4())
    rows = ", ".join(
        f"('{conversation_id}', '{world.user_id(member)}', 'MEMBER', now(), false)"
        for member in members
    )
    sql(f"""
        INSERT INTO conversations VALUES
            ('{conversation_id}', 'GROUP', 'Test', '{world.user_id(0)}', now(), now());
        INSERT INTO conversation_members VALUES {rows};
        INSERT INTO messages (id, conversation_id, sender_id, content, type, metadata_json,
            is_edited, sequence_number, created_at, updated_at)
        SELECT gen_random_uuid()::text, '{conversation_id}',
            '{world.user_id(members[0])}', 'Text ' || n, 'TEXT', '{{}}', false, n, now(), now()
        FROM generate_series(1, {texts}) AS n;
    """)
    return conversation_id


def message_ids(conversation_id: str) -> list[str]:
    """By sequence number."""
    listed = sql(
        f"SELECT id FROM messages WHERE conversation_id = '{conversation_id}'"
        " ORDER BY sequence_number"
    )
    return listed.split()


@dataclass
class NewPoll:
    id: str
    conversation_id: str
    options: list[str]


def new_poll(*members: int, multiple: bool = False, expires: str = "NULL") -> NewPoll:
    """A poll with four options in a conversation of its own; `expires` is SQL."""
    conversation_id = new_conversation(*members, texts=1)
    poll = NewPoll(str(uuid4()), conversation_id, [str(uuid4()) for _ in range(4)])
    message_id = message_ids(conversation_id)[0]
    options = ", ".join(
        f"('{option}', '{poll.id}', 'Choice {position}', {position})"
        for position, option in enumerate(poll.options)
    )
    sql(f"""
        UPDATE messages SET type = 'POLL' WHERE id = '{message_id}';
        INSERT INTO polls VALUES
            ('{poll.id}', '{message_id}', 'Which?', {str(multiple).lower()}, {expires}, now());
        INSERT INTO poll_options VALUES {options};
    """)
    return poll


class Socket:
    """A Socket.IO client over a WebSocket that keeps every frame it got, in order."""

    def __init__(self, connection: websockets.WebSocketClientProtocol):
        self.connection = connection
        self.frames: list[str] = []

    async def frame(self) -> str:
        text = await asyncio.wait_for(self.connection.recv(), PATIENCE_S)
        self.frames.append(text)
        return text

    async def until(self, wanted: Callable[[str], bool]) -> str:
        """The next frame that is wanted; those before it are kept in `frames`."""
        while True:
            text = await self.frame()
            if wanted(text):
                return text

    async def event(self, name: str) -> Any:
        """The data of the next event with this name."""
        head = f'42["{name}"'
        return json.loads((await self.until(lambda text: text.startswith(head)))[2:])[1]

    async def login(self, auth: Any) -> str:
        """Send CONNECT; the acknowledging or refusing frame."""
        await self.connection.send("40" + json.dumps(auth))
        return await self.until(lambda text: text.startswith(("40", "44")))

    async def emit(self, name: str, data: Any = None) -> None:
        await self.connection.send("42" + json.dumps([name] if data is None else [name, data]))


@asynccontextmanager
async def opened(to: private_stack.Server, **options: Any) -> AsyncIterator[Socket]:
    """A socket whose engine is open and that has not logged in."""
    address = f"ws://127.0.0.1:{to.port}/socket.io/?EIO=4&transport=websocket"
    async with websockets.connect(address, **options) as connection:
        socket = Socket(connection)
        await socket.frame()
        yield socket


@asynccontextmanager
async def logged_in(to: private_stack.Server, user: int) -> AsyncIterator[Socket]:
    async with opened(to) as socket:
        answer = await socket.login({"token": token(user)})
        assert answer.startswith("40"), answer
        yield socket


class AsyncTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        """Servers and SQL are waited for in the loop, deliberately: no warnings about that."""
        asyncio.get_running_loop().slow_callback_duration = 60


async def in_thread(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    return await asyncio.to_thread(function, *arguments, **named)


def _nothing_runs() -> bool:
    return "0" == sql(
        "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND backend_type = 'client backend' AND state <> 'idle'"
    )


def settle() -> None:
    """Wait until the servers have given their connections back: they end their transaction after
    the answer."""
    private_stack.wait_until(_nothing_runs, PATIENCE_S, "the database is idle")


def statements(act: Callable[[], Any], like: str = "%") -> tuple[int, int]:
    """How many statements LIKE this the database ran during act(), and how many rows they gave."""
    settle()
    sql("SELECT pg_stat_statements_reset()")
    act()
    settle()
    counted = sql(
        "SELECT coalesce(sum(calls), 0), coalesce(sum(rows), 0) FROM pg_stat_statements"
        f" WHERE query LIKE '{like}' AND query !~ 'pg_stat_(statements|activity)'"
    )
    calls, rows = counted.split("|")
    return int(calls), int(rows)


def eventually(query: str, wanted: str) -> None:
    """Wait until the SQL query gives exactly this."""
    private_stack.wait_until(lambda: sql(query) == wanted, PATIENCE_S, f"{query} gives {wanted}")
