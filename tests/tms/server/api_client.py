"""A user of the chat, for tests and measurements: HTTP calls, and a socket, frame by frame."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any, AsyncIterator, Callable, Optional

import websockets

import sample_world
from private_stack import SECRET, Server

API = "/api/v1"
PATIENCE_S = 10


def token(user: int, **claims: Any) -> str:
    return sample_world.token(SECRET, user, **claims)


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

    def __init__(self, to: Server, user: Optional[int] = 0):
        self.port = to.port
        self.user = user

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Optional[dict[str, str]] = None,
    ) -> Answer:
        """`body` is JSON unless it is bytes; `path` is what follows /api/v1."""
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
async def opened(to: Server, **options: Any) -> AsyncIterator[Socket]:
    """A socket whose engine is open and that has not logged in."""
    address = f"ws://127.0.0.1:{to.port}/socket.io/?EIO=4&transport=websocket"
    async with websockets.connect(address, **options) as connection:
        socket = Socket(connection)
        await socket.frame()
        yield socket


@asynccontextmanager
async def logged_in(to: Server, user: int) -> AsyncIterator[Socket]:
    async with opened(to) as socket:
        answer = await socket.login({"token": token(user)})
        assert answer.startswith("40"), answer
        yield socket
