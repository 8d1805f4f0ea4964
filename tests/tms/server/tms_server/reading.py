"""Read marks: status rows, the reader's last look, and the events that tell senders."""

from sqlalchemy import select, text, update

from tms_server.auth import Caller
from tms_server.db import now, one_of
from tms_server.models import Member, Message
from tms_server.realtime import to_room
from tms_server.views import rows

_MARK_GIVEN = text(
    "INSERT INTO message_status (message_id, user_id, status, timestamp)"
    " SELECT m.id, :user_id, 'READ', :at FROM messages m"
    " WHERE m.conversation_id = :conversation_id AND m.id = ANY(CAST(:ids AS varchar[]))"
    " ON CONFLICT (message_id, user_id)"
    " DO UPDATE SET status = 'READ', timestamp = excluded.timestamp"
    " WHERE message_status.status <> 'READ' RETURNING message_id"
)

_MARK_ALL = text(
    "UPDATE message_status SET status = 'READ', timestamp = :at"
    " WHERE user_id = :user_id AND status <> 'READ' AND message_id IN"
    " (SELECT id FROM messages WHERE conversation_id = :conversation_id) RETURNING message_id"
)


async def _look(caller: Caller, conversation_id: str, at) -> None:
    await caller.session.execute(
        update(Member)
        .where(Member.conversation_id == conversation_id, Member.user_id == caller.user.id)
        .values(last_read_at=at)
    )


async def _tell(caller: Caller, conversation_id: str, message_ids: list[str]) -> None:
    for message_id in message_ids:
        await to_room(
            "message_status",
            conversation_id,
            {
                "messageId": message_id,
                "conversationId": conversation_id,
                "userId": caller.user.id,
                "status": "READ",
            },
        )


async def mark_messages_read(caller: Caller, conversation_id: str, ids: list[str]) -> int:
    """Mark those of the ids that are the conversation's; how many were not read before."""
    at = now()
    marked = await rows(
        caller.session,
        _MARK_GIVEN.bindparams(
            user_id=caller.user.id, at=at, conversation_id=conversation_id, ids=ids
        ),
    )
    newest = await caller.session.execute(
        select(Message.created_at)
        .where(Message.id == one_of(ids), Message.conversation_id == conversation_id)
        .order_by(Message.created_at.desc()).limit(1)
    )
    if newest.first() is not None:
        await _look(caller, conversation_id, at)
    await caller.session.commit()
    await _tell(caller, conversation_id, marked)
    return len(marked)


async def mark_conversation_read(caller: Caller, conversation_id: str) -> int:
    """Mark every message that has a status row for the caller; how many were not read before."""
    at = now()
    marked = await rows(
        caller.session,
        _MARK_ALL.bindparams(user_id=caller.user.id, at=at, conversation_id=conversation_id),
    )
    await _look(caller, conversation_id, at)
    await caller.session.commit()
    await _tell(caller, conversation_id, marked)
    return len(marked)
