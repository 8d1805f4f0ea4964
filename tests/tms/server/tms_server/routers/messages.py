"""Messages: pages, sending, editing, marks."""

import asyncio
import logging
import re
from enum import Enum
from typing import Any, Optional

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, StrictStr, conlist, validator
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tms_server import limiter
from tms_server.access import find_message, require_member
from tms_server.auth import Caller, current_caller
from tms_server.config import settings
from tms_server.db import now, one_of
from tms_server.models import Message, Reaction, Status
from tms_server.realtime import to_room
from tms_server.reading import mark_messages_read
from tms_server.sending import Draft, send
from tms_server.views import load_message, load_messages, rows

log = logging.getLogger("tms_server.messages")
router = APIRouter(prefix="/messages")

_CURSOR = re.compile(r"seq:([0-9]{1,18})")


class MessageType(str, Enum):
    TEXT = "TEXT"
    IMAGE = "IMAGE"
    FILE = "FILE"
    VOICE = "VOICE"
    POLL = "POLL"
    CALL = "CALL"
    SYSTEM = "SYSTEM"


def not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("content must not be blank")
    return text


class NewMessage(BaseModel):
    conversation_id: StrictStr
    content: StrictStr
    type: MessageType = MessageType.TEXT
    metadata_json: dict[str, Any] = {}
    reply_to_id: Optional[StrictStr] = None
    encrypted: bool = False
    encryption_version: Optional[int] = None
    sender_key_id: Optional[StrictStr] = None

    _content = validator("content", allow_reuse=True)(not_blank)


class Edit(BaseModel):
    content: StrictStr

    _content = validator("content", allow_reuse=True)(not_blank)


class ReadMarks(BaseModel):
    message_ids: conlist(StrictStr, min_items=1)
    conversation_id: StrictStr


async def _debug_query(session: AsyncSession, conversation_id: str) -> None:
    """The fault itself: the whole conversation is read, hydrated and thrown away."""
    whole = Message.conversation_id == conversation_id
    total = (await session.execute(select(func.count(Message.id)).where(whole))).scalar_one()
    everything = await rows(session, select(Message).where(whole))
    ids = [message.id for message in everything]
    reactions = await rows(session, select(Reaction).where(Reaction.message_id == one_of(ids)))
    statuses = await rows(session, select(Status).where(Status.message_id == one_of(ids)))
    log.debug("conversation %s: %d messages, %d reactions, %d statuses",
              conversation_id, total, len(reactions), len(statuses))


def _below(cursor: Optional[str]) -> Optional[int]:
    """The cursor's number; None, the first page, when there is no readable one."""
    found = _CURSOR.fullmatch(cursor or "")
    return int(found.group(1)) if found else None


@router.get("/conversations/{conversation_id}/messages")
async def get_page(
    conversation_id: str,
    limit: int = Query(10, ge=1, le=100),
    cursor: Optional[str] = None,
    caller: Caller = Depends(current_caller),
):
    await require_member(caller, conversation_id)
    if settings.switches.fetch_delay_ms:
        await asyncio.sleep(settings.switches.fetch_delay_ms / 1000)
    session = caller.session
    if settings.switches.debug_query:
        await _debug_query(session, conversation_id)
    page = select(Message).where(Message.conversation_id == conversation_id)
    below = _below(cursor)
    if below is not None:
        page = page.where(Message.sequence_number < below)
    page = page.order_by(Message.sequence_number.desc()).limit(limit + 1)
    found = await rows(session, page)
    messages, has_more = found[:limit], len(found) > limit
    data = await load_messages(session, messages, caller.user.id)
    next_cursor = f"seq:{messages[-1].sequence_number}" if has_more else None
    pagination = {"next_cursor": next_cursor, "has_more": has_more, "limit": limit}
    return JSONResponse({"data": data, "pagination": pagination})


@router.post("/")
async def post_message(
    request: Request, body: NewMessage, caller: Caller = Depends(current_caller)
):
    await limiter.count(limiter.SENDS, request, caller)
    draft = Draft(
        conversation_id=body.conversation_id,
        content=body.content,
        type=body.type.value,
        metadata=body.metadata_json,
        reply_to_id=body.reply_to_id,
        encrypted=body.encrypted,
        encryption_version=body.encryption_version,
        sender_key_id=body.sender_key_id,
    )
    try:
        message = await send(caller, draft)
    except HTTPException as error:
        reason = f"HTTPException: {error.status_code}: {error.detail}"
        raise HTTPException(500, f"Failed to send message: {reason}") from None
    except Exception as error:
        log.exception("sending failed")
        reason = f"{type(error).__name__}: {error}"
        raise HTTPException(500, f"Failed to send message: {reason}") from None
    return JSONResponse(message, status_code=201)


@router.post("/mark-read")
async def mark_read(body: ReadMarks, caller: Caller = Depends(current_caller)):
    await require_member(caller, body.conversation_id)
    marked = await mark_messages_read(caller, body.conversation_id, body.message_ids)
    return JSONResponse({"success": True, "updated_count": marked})


@router.get("/{message_id}")
async def get_message(message_id: str, caller: Caller = Depends(current_caller)):
    await find_message(caller, message_id)
    return JSONResponse(await load_message(caller.session, message_id, caller.user.id))


async def _find_own(caller: Caller, message_id: str) -> Message:
    message = await find_message(caller, message_id)
    if message.sender_id != caller.user.id:
        raise HTTPException(403, "Only the sender may change this message")
    return message


@router.put("/{message_id}")
async def edit_message(message_id: str, body: Edit, caller: Caller = Depends(current_caller)):
    message = await _find_own(caller, message_id)
    await caller.session.execute(
        update(Message).where(Message.id == message_id)
        .values(content=body.content, is_edited=True, updated_at=now())
        .execution_options(synchronize_session=False)
    )
    await caller.session.commit()
    edited = await load_message(caller.session, message_id, caller.user.id)
    await to_room("message_edited", message.conversation_id, edited)
    return JSONResponse(edited)


@router.delete("/{message_id}")
async def delete_message(message_id: str, caller: Caller = Depends(current_caller)):
    message = await _find_own(caller, message_id)
    at = now()
    await caller.session.execute(
        update(Message).where(Message.id == message_id)
        .values(content="", deleted_at=at, updated_at=at)
        .execution_options(synchronize_session=False)
    )
    await caller.session.commit()
    await to_room(
        "message_deleted",
        message.conversation_id,
        {"messageId": message_id, "conversationId": message.conversation_id},
    )
    return JSONResponse({"success": True, "message": "Message deleted"})
