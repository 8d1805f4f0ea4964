"""Reactions. One per user and message: another emoji replaces the former.

Nothing serializes two reactions of one user on one message, as in the production chat.
"""

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, constr
from sqlalchemy import delete, insert, select

from tms_server import limiter
from tms_server.access import find_message
from tms_server.auth import Caller, current_caller
from tms_server.db import new_id, now
from tms_server.models import Reaction
from tms_server.presenters import reaction_json
from tms_server.realtime import to_room
from tms_server.views import rows

router = APIRouter(prefix="/messages/{message_id}/reactions")


class NewReaction(BaseModel):
    emoji: constr(strict=True, min_length=1, max_length=10)


@router.post("")
async def add_reaction(
    message_id: str,
    request: Request,
    body: NewReaction,
    caller: Caller = Depends(current_caller),
):
    await limiter.count(limiter.REACTIONS, request, caller)
    message = await find_message(caller, message_id)
    session = caller.session
    mine = (Reaction.message_id == message_id, Reaction.user_id == caller.user.id)
    for former in await rows(session, select(Reaction).where(*mine)):
        if former.emoji == body.emoji:
            raise HTTPException(409, "You have already reacted with this emoji")
        await session.execute(delete(Reaction).where(Reaction.id == former.id))
    reaction_id = new_id()
    await session.execute(
        insert(Reaction).values(
            id=reaction_id, message_id=message_id, user_id=caller.user.id, emoji=body.emoji,
            created_at=now(),
        )
    )
    await session.commit()
    stored = await session.execute(select(Reaction).where(Reaction.id == reaction_id))
    answer = reaction_json(stored.scalar_one())
    await to_room(
        "reaction_added", message.conversation_id, {"messageId": message_id, "reaction": answer}
    )
    return JSONResponse(answer, status_code=201)


@router.delete("/{emoji}")
async def remove_reaction(
    message_id: str, emoji: str, caller: Caller = Depends(current_caller)
):
    message = await find_message(caller, message_id)
    removed = await caller.session.execute(
        delete(Reaction).where(
            Reaction.message_id == message_id,
            Reaction.user_id == caller.user.id,
            Reaction.emoji == emoji,
        )
    )
    if removed.rowcount == 0:
        raise HTTPException(404, "Reaction not found")
    await caller.session.commit()
    await to_room(
        "reaction_removed",
        message.conversation_id,
        {"messageId": message_id, "userId": caller.user.id, "emoji": emoji},
    )
    return JSONResponse({"success": True, "message": "Reaction removed"})
