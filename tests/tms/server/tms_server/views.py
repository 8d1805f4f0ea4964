"""Messages and polls with all that belongs to them, read from the database.

`load_messages` runs five statements for any number of messages (senders, reactions, statuses,
polls, answered messages) and two more when polls are among them.
"""

from collections import defaultdict
from typing import Any, Iterable, Optional

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tms_server.config import settings
from tms_server.db import now, one_of
from tms_server.models import Message, Poll, PollOption, PollVote, Reaction, Status, User
from tms_server.presenters import message_json, poll_is_closed, reply_json, when

REACTIONS_AT_MOST = 100

_FEW_REACTIONS = text(
    "SELECT r.* FROM unnest(CAST(:ids AS varchar[])) AS page(message_id)"
    " CROSS JOIN LATERAL (SELECT * FROM message_reactions"
    "  WHERE message_id = page.message_id ORDER BY created_at LIMIT :at_most) AS r"
)


async def rows(session: AsyncSession, statement) -> list:
    return (await session.execute(statement)).scalars().all()


def _grouped(items: Iterable[Any], key: str) -> dict[str, list]:
    groups: dict[str, list] = defaultdict(list)
    for item in items:
        groups[getattr(item, key)].append(item)
    return groups


async def load_users(session: AsyncSession, ids: Iterable[str]) -> dict[str, User]:
    users = await rows(session, select(User).where(User.id == one_of(set(ids))))
    return {user.id: user for user in users}


async def load_reactions(session: AsyncSession, ids: list[str]) -> dict[str, list[Reaction]]:
    if settings.switches.reaction_rows:
        statement = (
            select(Reaction)
            .where(Reaction.message_id == one_of(ids))
            .order_by(Reaction.created_at)
        )
    else:
        few = _FEW_REACTIONS.bindparams(ids=ids, at_most=REACTIONS_AT_MOST)
        statement = select(Reaction).from_statement(few)
    return _grouped(await rows(session, statement), "message_id")


async def load_statuses(session: AsyncSession, ids: list[str]) -> dict[str, list[Status]]:
    statement = select(Status).where(Status.message_id == one_of(ids))
    return _grouped(await rows(session, statement), "message_id")


def _poll_json(
    poll: Poll, options: list[PollOption], votes: list[PollVote], reader_id: Optional[str]
) -> dict[str, Any]:
    by_option = _grouped(votes, "option_id")
    return {
        "id": poll.id,
        "messageId": poll.message_id,
        "question": poll.question,
        "multipleChoice": poll.multiple_choice,
        "isClosed": poll_is_closed(poll, now()),
        "expiresAt": when(poll.expires_at),
        "createdAt": when(poll.created_at),
        "options": [
            {
                "id": option.id,
                "optionText": option.option_text,
                "position": option.position,
                "voteCount": len(by_option[option.id]),
                "voters": [vote.user_id for vote in by_option[option.id]],
            }
            for option in options
        ],
        "totalVotes": len(votes),
        "userVotes": [vote.option_id for vote in votes if vote.user_id == reader_id],
    }


async def load_polls(
    session: AsyncSession, message_ids: list[str], reader_id: str
) -> dict[str, dict[str, Any]]:
    """Polls by message id, in one statement, or three when there are any."""
    polls = await rows(session, select(Poll).where(Poll.message_id == one_of(message_ids)))
    if not polls:
        return {}
    poll_ids = [poll.id for poll in polls]
    options = await rows(
        session,
        select(PollOption).where(PollOption.poll_id == one_of(poll_ids))
        .order_by(PollOption.position),
    )
    votes = await rows(session, select(PollVote).where(PollVote.poll_id == one_of(poll_ids)))
    options_of, votes_of = _grouped(options, "poll_id"), _grouped(votes, "poll_id")
    return {
        poll.message_id: _poll_json(poll, options_of[poll.id], votes_of[poll.id], reader_id)
        for poll in polls
    }


async def load_poll(session: AsyncSession, poll_id: str, reader_id: str) -> dict[str, Any]:
    """One poll that exists, with one statement per option, as the chat reads it around a vote."""
    poll = (await session.execute(select(Poll).where(Poll.id == poll_id))).scalar_one()
    options = await rows(
        session,
        select(PollOption).where(PollOption.poll_id == poll_id).order_by(PollOption.position),
    )
    votes = []
    for option in options:
        votes += await rows(session, select(PollVote).where(PollVote.option_id == option.id))
    return _poll_json(poll, options, votes, reader_id)


async def _load_answered(session: AsyncSession, messages: list[Message]) -> dict[str, Message]:
    ids = {message.reply_to_id for message in messages if message.reply_to_id}
    answered = await rows(session, select(Message).where(Message.id == one_of(ids)))
    return {message.id: message for message in answered}


async def load_messages(
    session: AsyncSession, messages: list[Message], reader_id: str
) -> list[dict[str, Any]]:
    ids = [message.id for message in messages]
    senders = await load_users(session, (message.sender_id for message in messages))
    reactions = await load_reactions(session, ids)
    statuses = await load_statuses(session, ids)
    polls = await load_polls(session, ids, reader_id)
    answered = await _load_answered(session, messages)
    missing = {message.sender_id for message in answered.values()} - senders.keys()
    if missing:
        senders.update(await load_users(session, missing))

    def reply(message: Message) -> Optional[dict[str, Any]]:
        original = answered.get(message.reply_to_id)
        return reply_json(original, senders.get(original.sender_id)) if original else None

    return [
        message_json(
            message,
            senders.get(message.sender_id),
            reactions=reactions.get(message.id, []),
            statuses=statuses.get(message.id, []),
            reply=reply(message),
            poll=polls.get(message.id),
        )
        for message in messages
    ]


async def load_message(session: AsyncSession, message_id: str, reader_id: str) -> dict[str, Any]:
    """One message that exists, read again from the database."""
    found = await session.execute(
        select(Message).where(Message.id == message_id).execution_options(populate_existing=True)
    )
    return (await load_messages(session, [found.scalar_one()], reader_id))[0]
