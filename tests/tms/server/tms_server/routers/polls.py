"""Polls: creating, reading, voting."""

from datetime import datetime, timezone
from typing import Optional

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, StrictStr, conlist, constr
from sqlalchemy import insert, select

from tms_server.access import require_member
from tms_server.auth import Caller, current_caller
from tms_server.db import new_id
from tms_server.models import Message, Poll, PollOption
from tms_server.sending import Draft, send
from tms_server.views import load_poll
from tms_server.voting import vote

router = APIRouter(prefix="/polls")


class NewPoll(BaseModel):
    conversation_id: StrictStr
    question: constr(strict=True, min_length=1)
    options: conlist(constr(strict=True, min_length=1), min_items=2, max_items=20)
    multiple_choice: bool = False
    expires_at: Optional[datetime] = None


class Vote(BaseModel):
    option_ids: conlist(StrictStr, min_items=1)


@router.post("/")
async def create_poll(body: NewPoll, caller: Caller = Depends(current_caller)):
    await require_member(caller, body.conversation_id)
    session, poll_id = caller.session, new_id()
    expires_at = body.expires_at
    if expires_at is not None and expires_at.tzinfo is None:
        expires_at = expires_at.replace(tzinfo=timezone.utc)

    async def add_poll(message: Message) -> None:
        await session.execute(
            insert(Poll).values(
                id=poll_id, message_id=message.id, question=body.question,
                multiple_choice=body.multiple_choice, expires_at=expires_at,
                created_at=message.created_at.replace(tzinfo=None),
            )
        )
        for position, option_text in enumerate(body.options):
            await session.execute(
                insert(PollOption).values(
                    id=new_id(), poll_id=poll_id, option_text=option_text, position=position
                )
            )

    await send(caller, Draft(body.conversation_id, body.question, "POLL"), also=add_poll)
    return JSONResponse(await load_poll(session, poll_id, caller.user.id), status_code=201)


@router.get("/{poll_id}")
async def get_poll(poll_id: str, caller: Caller = Depends(current_caller)):
    found = await caller.session.execute(
        select(Message.conversation_id)
        .join(Poll, Poll.message_id == Message.id)
        .where(Poll.id == poll_id)
    )
    conversation_id = found.scalar_one_or_none()
    if conversation_id is None:
        raise HTTPException(404, "Poll not found")
    await require_member(caller, conversation_id)
    return JSONResponse(await load_poll(caller.session, poll_id, caller.user.id))


@router.post("/{poll_id}/vote")
async def post_vote(poll_id: str, body: Vote, caller: Caller = Depends(current_caller)):
    poll = await vote(caller, poll_id, body.option_ids)
    return JSONResponse({"success": True, "poll": poll, "message": "Vote recorded"})
