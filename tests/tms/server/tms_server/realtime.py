"""The Socket.IO server object and the events that HTTP requests cause."""

from typing import Any

import socketio
from engineio import asyncio_server, asyncio_socket, packet

from tms_server.config import settings
from tms_server.presenters import snake_case

PING_INTERVAL_S = 25
PING_TIMEOUT_S = 120
MAX_PAYLOAD_BYTES = 1_000_000


class _AnnouncingSocket(asyncio_socket.AsyncSocket):
    """Adds maxPayload to the open packet; Debian's Engine.IO is a version too old to do so."""

    async def send(self, pkt):
        if pkt.packet_type == packet.OPEN:
            pkt.data["maxPayload"] = self.server.max_http_buffer_size
        await super().send(pkt)


class _EngineModule:
    """Stands where the engine's server looks up its socket class."""

    AsyncSocket = _AnnouncingSocket


asyncio_server.asyncio_socket = _EngineModule

sio = socketio.AsyncServer(
    async_mode="asgi",
    client_manager=socketio.AsyncRedisManager(settings.redis_url),
    cors_allowed_origins=settings.cors_origins,
    ping_interval=PING_INTERVAL_S,
    ping_timeout=PING_TIMEOUT_S,
    max_http_buffer_size=MAX_PAYLOAD_BYTES,
)


async def to_room(event: str, conversation_id: str, data: dict[str, Any], **options: Any) -> None:
    """Send an event to all sockets in the conversation, those of its cause included."""
    await sio.emit(event, snake_case(data), room=conversation_id, **options)
