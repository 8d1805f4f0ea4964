"""What the contract tests share: one private stack, servers started once a configuration, an HTTP
client, a Socket.IO client that shows the raw frames, and conversations made for one test."""

import asyncio
import atexit
import os
import signal
import sys
import time
import unittest
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Thread
from typing import Any, Callable, Optional
from uuid import uuid4

import websockets

SERVER_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tms/server")
sys.path.insert(0, SERVER_FOLDER)

import private_stack  # noqa: E402
import sample_world as world  # noqa: E402
from api_client import API, PATIENCE_S, Client, logged_in, opened, token  # noqa: E402

__all__ = ["API", "Client", "logged_in", "opened", "token", "world"]  # for the tests

_running = ExitStack()
_stack: Optional[private_stack.PrivateStack] = None
_servers: dict[tuple, private_stack.Server] = {}
_pings: dict[int, Future] = {}

atexit.register(_running.close)
for _signal in (signal.SIGINT, signal.SIGTERM):  # unittest takes SystemExit for a test's error
    signal.signal(_signal, signal.default_int_handler)


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


def sql(text: str) -> str:
    return stack().sql(text)


def settle() -> None:
    stack().settle()


def statements(act: Callable[[], Any], like: str = "%") -> tuple[int, int]:
    return stack().statements(act, like)


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


class AsyncTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        """Servers and SQL are waited for in the loop, deliberately: no warnings about that."""
        asyncio.get_running_loop().slow_callback_duration = 60


async def in_thread(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    return await asyncio.to_thread(function, *arguments, **named)


def eventually(query: str, wanted: str) -> None:
    """Wait until the SQL query gives exactly this."""
    private_stack.wait_until(lambda: sql(query) == wanted, PATIENCE_S, f"{query} gives {wanted}")
