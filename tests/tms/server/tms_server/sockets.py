"""Socket.IO: what happens on connect, and the events that clients send."""

import json
import logging
from typing import Any, Optional

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tms_server import presence
from tms_server.access import NOT_A_MEMBER, is_member
from tms_server.auth import BadToken, find_user, tms_user_id_of
from tms_server.cache import redis
from tms_server.config import settings
from tms_server.db import held_session, now
from tms_server.models import Member, User
from tms_server.realtime import sio, to_room
from tms_server.views import rows

log = logging.getLogger("tms_server.sockets")

MEMBERSHIP_CACHE_S = 300

_MARK_DELIVERED = text(
    "UPDATE message_status SET status = 'DELIVERED', timestamp = :at"
    " WHERE user_id = :user_id AND status = 'SENT' AND message_id IN"
    " (SELECT id FROM messages WHERE conversation_id = :conversation_id) RETURNING message_id"
)


async def _memberships(session: AsyncSession, user_id: str) -> list[str]:
    key = f"memberships:{user_id}"
    if not settings.switches.connect_queries:
        cached = await redis.get(key)
        if cached is not None:
            return json.loads(cached)
    ids = await rows(
        session,
        select(Member.conversation_id).where(Member.user_id == user_id).order_by(
            Member.conversation_id),
    )
    if not settings.switches.connect_queries:
        await redis.set(key, json.dumps(ids), ex=MEMBERSHIP_CACHE_S)
    return ids


async def _mark_delivered(session: AsyncSession, user_id: str, conversation_id: str) -> None:
    message_ids = await rows(
        session,
        _MARK_DELIVERED.bindparams(at=now(), user_id=user_id, conversation_id=conversation_id),
    )
    await session.commit()
    if message_ids:
        news = {
            "conversationId": conversation_id, "userId": user_id, "messageIds": message_ids
        }
        await to_room("messages_delivered", conversation_id, news)


async def _user_of(session: AsyncSession, auth: Any) -> Optional[User]:
    token = auth.get("token") if isinstance(auth, dict) else None
    if not isinstance(token, str):
        return None
    try:
        return await find_user(session, tms_user_id_of(token))
    except BadToken as error:
        log.info("socket refused: %s", error)
        return None


async def _answer(sid: str, event: str, data: dict[str, Any]) -> None:
    """To one socket of this worker, at once: no way round by Redis, so in order with the rest."""
    await sio.emit(event, data, room=sid, ignore_queue=True)


@sio.event
async def connect(sid: str, _environ: dict, auth: Any = None):
    async with held_session() as session:
        user = await _user_of(session, auth)
        if user is None:
            return False
        await presence.arrive(sid, user.id)
        conversation_ids = await _memberships(session, user.id)
        for conversation_id in conversation_ids:
            sio.enter_room(sid, conversation_id)
        await _answer(sid, "rooms_joined", {"conversation_ids": conversation_ids})
        for conversation_id in conversation_ids:
            await _mark_delivered(session, user.id, conversation_id)
    if settings.switches.presence_broadcast:
        await sio.emit("user_online", {"user_id": user.id}, skip_sid=sid)
    return True


@sio.event
async def disconnect(sid: str):
    user_id, was_last = await presence.leave(sid)
    if was_last and settings.switches.presence_broadcast:
        await sio.emit("user_offline", {"user_id": user_id}, skip_sid=sid)


def _conversation_id(data: Any) -> Optional[str]:
    value = data.get("conversation_id") if isinstance(data, dict) else None
    return value if isinstance(value, str) and value else None


async def _refuse(sid: str, message: str) -> None:
    await _answer(sid, "error", {"message": message})


@sio.event
async def join_conversation(sid: str, data: Any = None):
    conversation_id = _conversation_id(data)
    if conversation_id is None:
        await _refuse(sid, "conversation_id is missing")
        return
    async with held_session() as session:
        allowed = await is_member(session, conversation_id, presence.connected[sid])
    if not allowed:
        await _refuse(sid, NOT_A_MEMBER)
        return
    sio.enter_room(sid, conversation_id)
    await _answer(sid, "rooms_joined", {"conversation_ids": [conversation_id]})


@sio.event
async def leave_conversation(sid: str, data: Any = None):
    conversation_id = _conversation_id(data)
    if conversation_id is None:
        await _refuse(sid, "conversation_id is missing")
        return
    sio.leave_room(sid, conversation_id)


async def _tell_typing(sid: str, data: Any, event: str) -> None:
    conversation_id = _conversation_id(data)
    if conversation_id is None or conversation_id not in sio.rooms(sid):
        await _refuse(sid, "conversation_id is missing or its room was not joined")
        return
    news = {"conversation_id": conversation_id, "user_id": presence.connected[sid]}
    await sio.emit(event, news, room=conversation_id, skip_sid=sid)


@sio.event
async def typing_start(sid: str, data: Any = None):
    await _tell_typing(sid, data, "typing_start")


@sio.event
async def typing_stop(sid: str, data: Any = None):
    await _tell_typing(sid, data, "typing_stop")


@sio.event
async def keepalive(sid: str, _data: Any = None):
    await _answer(sid, "keepalive_ack", {})
