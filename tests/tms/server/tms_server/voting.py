"""A vote. With the poll lock on, all voters of a poll queue for its row."""

import asyncio
from typing import Any

from fastapi import HTTPException
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from tms_server.access import require_member
from tms_server.auth import Caller
from tms_server.config import settings
from tms_server.db import new_id, now
from tms_server.models import Message, Poll, PollOption, PollVote
from tms_server.presenters import poll_is_closed
from tms_server.realtime import to_room
from tms_server.views import load_poll, rows


async def _find_poll(session: AsyncSession, poll_id: str) -> Poll:
    statement = select(Poll).where(Poll.id == poll_id)
    if settings.switches.poll_lock:
        statement = statement.with_for_update()
    poll = (await session.execute(statement)).scalar_one_or_none()
    if poll is None:
        raise HTTPException(404, "Poll not found")
    return poll


async def _conversation_of(session: AsyncSession, poll: Poll) -> str:
    found = await session.execute(
        select(Message.conversation_id).where(Message.id == poll.message_id)
    )
    return found.scalar_one()


def _check_choice(poll: Poll, options: list[PollOption], option_ids: list[str]) -> None:
    if poll_is_closed(poll, now()):
        raise HTTPException(400, "Poll has expired")
    if not set(option_ids) <= {option.id for option in options}:
        raise HTTPException(400, "Invalid option for this poll")
    if len(set(option_ids)) > 1 and not poll.multiple_choice:
        raise HTTPException(400, "This poll allows a single choice only")


async def _replace_votes(
    session: AsyncSession, poll_id: str, user_id: str, option_ids: list[str]
) -> None:
    mine = (PollVote.poll_id == poll_id, PollVote.user_id == user_id)
    for vote in await rows(session, select(PollVote).where(*mine)):
        await session.execute(delete(PollVote).where(PollVote.id == vote.id))
    for option_id in dict.fromkeys(option_ids):
        vote_id = new_id()
        await session.execute(
            insert(PollVote).values(
                id=vote_id, poll_id=poll_id, option_id=option_id, user_id=user_id,
                created_at=now(),
            )
        )
        await session.execute(select(PollVote).where(PollVote.id == vote_id))


async def vote(caller: Caller, poll_id: str, option_ids: list[str]) -> dict[str, Any]:
    """Replace the caller's votes, tell the room, and return the poll as JSON."""
    session, user_id = caller.session, caller.user.id
    poll = await _find_poll(session, poll_id)
    conversation_id = await _conversation_of(session, poll)
    await require_member(caller, conversation_id)
    options = await rows(session, select(PollOption).where(PollOption.poll_id == poll_id))
    _check_choice(poll, options, option_ids)
    await _replace_votes(session, poll_id, user_id, option_ids)
    if settings.switches.poll_lock and settings.switches.vote_hold_ms:
        await asyncio.sleep(settings.switches.vote_hold_ms / 1000)
    await session.commit()

    answer = await load_poll(session, poll_id, user_id)
    room = await _conversation_of(session, poll)
    news = await load_poll(session, poll_id, user_id)
    await to_room("poll_vote_added", room, {"pollId": poll_id, "userId": user_id, "poll": news})
    await session.commit()
    return answer
