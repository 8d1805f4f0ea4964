"""Writing a message: the advisory lock, the next sequence number, one status row a member.

The statements per member are the production chat's habit (a look-up before each insert, a refresh
after it, and the member read for the notification), not what one would write today.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, Optional
from uuid import UUID

from fastapi import HTTPException
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tms_server.access import NOT_A_MEMBER, is_member
from tms_server.auth import Caller
from tms_server.config import settings
from tms_server.db import new_id, now
from tms_server.models import Conversation, Member, Message, Status, User
from tms_server.realtime import to_room
from tms_server.views import load_message


@dataclass(frozen=True)
class Draft:
    conversation_id: str
    content: str
    type: str
    metadata: dict[str, Any] = field(default_factory=dict)
    reply_to_id: Optional[str] = None
    encrypted: bool = False
    encryption_version: Optional[int] = None
    sender_key_id: Optional[str] = None


def advisory_key(conversation_id: str) -> int:
    """The first 8 bytes of the conversation's UUID as a big-endian signed integer."""
    return int.from_bytes(UUID(conversation_id).bytes[:8], "big", signed=True)


async def _lock_and_number(session: AsyncSession, conversation_id: str) -> int:
    await session.execute(
        text("SELECT pg_advisory_xact_lock(:key)"), {"key": advisory_key(conversation_id)}
    )
    if settings.switches.send_hold_ms:
        await asyncio.sleep(settings.switches.send_hold_ms / 1000)
    highest = await session.execute(
        select(func.max(Message.sequence_number)).where(
            Message.conversation_id == conversation_id
        )
    )
    return (highest.scalar_one() or 0) + 1


async def _insert_message(session: AsyncSession, sender_id: str, draft: Draft) -> Message:
    number = await _lock_and_number(session, draft.conversation_id)
    at = now()
    message_id = new_id()
    await session.execute(
        insert(Message).values(
            id=message_id,
            conversation_id=draft.conversation_id,
            sender_id=sender_id,
            content=draft.content,
            type=draft.type,
            metadata_json=draft.metadata,
            reply_to_id=draft.reply_to_id,
            is_edited=False,
            sequence_number=number,
            encrypted=draft.encrypted,
            encryption_version=draft.encryption_version,
            sender_key_id=draft.sender_key_id,
            created_at=at,
            updated_at=at,
        )
    )
    inserted = await session.execute(select(Message).where(Message.id == message_id))
    return inserted.scalar_one()


async def _write_status(session: AsyncSession, message_id: str, member_id: str, at) -> None:
    """Five statements."""
    key = (Status.message_id == message_id, Status.user_id == member_id)
    existing = await session.execute(select(Status.status).where(*key))
    if existing.first() is None:
        await session.execute(
            insert(Status).values(
                message_id=message_id, user_id=member_id, status="SENT", timestamp=at
            )
        )
    await session.execute(select(Status).where(*key))
    await session.execute(select(User).where(User.id == member_id))
    await session.execute(
        select(Member.is_muted)
        .join(Message, Message.conversation_id == Member.conversation_id)
        .where(Message.id == message_id, Member.user_id == member_id)
    )


async def _write_statuses(session: AsyncSession, message: Message) -> None:
    members = await session.execute(
        select(Member.user_id)
        .where(Member.conversation_id == message.conversation_id)
        .order_by(Member.user_id)
    )
    for member_id in members.scalars().all():
        await _write_status(session, message.id, member_id, message.created_at)


async def _check_target(session: AsyncSession, caller: Caller, conversation_id: str) -> None:
    """The check stands inside the sending, so its 403 reaches the client wrapped in a 500."""
    if not await is_member(session, conversation_id, caller.user.id):
        raise HTTPException(403, NOT_A_MEMBER)
    await session.execute(select(Conversation).where(Conversation.id == conversation_id))
    await session.execute(
        select(Member.role).where(
            Member.conversation_id == conversation_id, Member.user_id == caller.user.id
        )
    )


async def send(
    caller: Caller,
    draft: Draft,
    also: Optional[Callable[[Message], Awaitable[None]]] = None,
) -> dict[str, Any]:
    """Store the message, commit, tell its room and return it as JSON.

    `also` runs before the commit, under the lock. HTTPException 403 for non-members.
    """
    session = caller.session
    await _check_target(session, caller, draft.conversation_id)
    message = await _insert_message(session, caller.user.id, draft)
    if also is not None:
        await also(message)
    await _write_statuses(session, message)
    conversation = Conversation.id == draft.conversation_id
    await session.execute(
        update(Conversation).where(conversation).values(updated_at=message.created_at)
    )
    await session.execute(
        update(Member)
        .where(Member.conversation_id == draft.conversation_id, Member.user_id == caller.user.id)
        .values(last_read_at=message.created_at)
    )
    await session.commit()

    news = await load_message(session, message.id, caller.user.id)
    if settings.switches.broadcast_delay_ms:
        await asyncio.sleep(settings.switches.broadcast_delay_ms / 1000)
    await to_room("new_message", draft.conversation_id, news)
    answer = await load_message(session, message.id, caller.user.id)
    await session.commit()
    return answer
