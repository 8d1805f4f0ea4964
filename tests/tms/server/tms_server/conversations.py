"""Conversations with members, unread count and newest message.

`_one_by_one` is the list as the chat was first, seven statements per conversation; `_all_at_once`
reads the same with seven statements in all.
"""

from collections import defaultdict
from typing import Any, Optional

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tms_server.config import settings
from tms_server.db import one_of
from tms_server.models import Conversation, Member, Message, Reaction, Status, User
from tms_server.presenters import conversation_json, member_json, message_json
from tms_server.views import load_reactions, load_statuses, load_users, rows


def _newest(conversation_ids: list[str]):
    return (
        select(Message)
        .distinct(Message.conversation_id)
        .where(Message.conversation_id == one_of(conversation_ids))
        .order_by(Message.conversation_id, Message.sequence_number.desc())
    )


def _unread(reader_id: str):
    """Messages of others since the reader's last look, by conversation."""
    return (
        select(Message.conversation_id, func.count())
        .join(Member, Member.conversation_id == Message.conversation_id)
        .where(
            Member.user_id == reader_id,
            Message.sender_id != reader_id,
            Message.deleted_at.is_(None),
            (Member.last_read_at.is_(None)) | (Message.created_at > Member.last_read_at),
        )
        .group_by(Message.conversation_id)
    )


async def _last_message(session: AsyncSession, conversation_id: str) -> Optional[dict[str, Any]]:
    message = (
        await session.execute(
            select(Message)
            .where(Message.conversation_id == conversation_id)
            .order_by(Message.sequence_number.desc())
            .limit(1)
        )
    ).scalar_one_or_none()
    if message is None:
        return None
    sender = await session.execute(select(User).where(User.id == message.sender_id))
    reactions = await rows(session, select(Reaction).where(Reaction.message_id == message.id))
    statuses = await rows(session, select(Status).where(Status.message_id == message.id))
    return message_json(
        message, sender.scalar_one_or_none(), reactions=reactions, statuses=statuses
    )


async def load_one(
    session: AsyncSession, conversation: Conversation, reader_id: str
) -> dict[str, Any]:
    members = await rows(
        session, select(Member).where(Member.conversation_id == conversation.id)
    )
    users = await load_users(session, [member.user_id for member in members])
    unread = await session.execute(
        _unread(reader_id).where(Message.conversation_id == conversation.id)
    )
    last = await _last_message(session, conversation.id)
    counted = unread.first()
    return conversation_json(
        conversation,
        [member_json(member, users[member.user_id]) for member in members],
        counted[1] if counted else 0,
        last,
        reader_id,
    )


async def _one_by_one(
    session: AsyncSession, conversations: list[Conversation], reader_id: str
) -> list[dict[str, Any]]:
    return [await load_one(session, conversation, reader_id) for conversation in conversations]


async def _all_at_once(
    session: AsyncSession, conversations: list[Conversation], reader_id: str
) -> list[dict[str, Any]]:
    ids = [conversation.id for conversation in conversations]
    members = await rows(session, select(Member).where(Member.conversation_id == one_of(ids)))
    users = await load_users(session, (member.user_id for member in members))
    counted = await session.execute(
        _unread(reader_id).where(Message.conversation_id == one_of(ids))
    )
    unread = {conversation_id: count for conversation_id, count in counted.all()}
    newest = await rows(session, _newest(ids))
    newest_ids = [message.id for message in newest]
    senders = await load_users(session, (message.sender_id for message in newest))
    reactions = await load_reactions(session, newest_ids)
    statuses = await load_statuses(session, newest_ids)

    members_of: dict[str, list] = defaultdict(list)
    for member in members:
        members_of[member.conversation_id].append(member_json(member, users[member.user_id]))
    last_of = {
        message.conversation_id: message_json(
            message,
            senders.get(message.sender_id),
            reactions=reactions.get(message.id, []),
            statuses=statuses.get(message.id, []),
        )
        for message in newest
    }
    return [
        conversation_json(
            one, members_of[one.id], unread.get(one.id, 0), last_of.get(one.id), reader_id
        )
        for one in conversations
    ]


async def load_page(
    session: AsyncSession, reader_id: str, limit: int, offset: int
) -> tuple[list[dict[str, Any]], int]:
    """The reader's conversations, newest first, and how many there are in all."""
    mine = select(Member.conversation_id).where(Member.user_id == reader_id)
    conversations = await rows(
        session,
        select(Conversation)
        .where(Conversation.id.in_(mine))
        .order_by(Conversation.updated_at.desc(), Conversation.id)
        .limit(limit)
        .offset(offset),
    )
    total = await session.execute(
        select(func.count()).select_from(Member).where(Member.user_id == reader_id)
    )
    load = _one_by_one if settings.switches.conversations_n_plus_1 else _all_at_once
    return await load(session, conversations, reader_id), total.scalar_one()
