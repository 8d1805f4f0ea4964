"""Conversations: the list, one, and marking one read."""

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import JSONResponse
from sqlalchemy import select

from tms_server.access import require_member
from tms_server.auth import Caller, current_caller
from tms_server.conversations import load_one, load_page
from tms_server.models import Conversation
from tms_server.reading import mark_conversation_read

router = APIRouter(prefix="/conversations")


@router.get("/")
async def list_conversations(
    limit: int = Query(20, ge=1, le=100),
    offset: int = Query(0, ge=0),
    caller: Caller = Depends(current_caller),
):
    data, total = await load_page(caller.session, caller.user.id, limit, offset)
    pagination = {
        "total": total,
        "limit": limit,
        "offset": offset,
        "has_more": offset + len(data) < total,
    }
    return JSONResponse({"data": data, "pagination": pagination})


@router.get("/{conversation_id}")
async def get_conversation(conversation_id: str, caller: Caller = Depends(current_caller)):
    found = await caller.session.execute(
        select(Conversation).where(Conversation.id == conversation_id)
    )
    conversation = found.scalar_one_or_none()
    if conversation is None:
        raise HTTPException(404, "Conversation not found")
    await require_member(caller, conversation_id)
    return JSONResponse(await load_one(caller.session, conversation, caller.user.id))


@router.post("/{conversation_id}/mark-read")
async def mark_read(conversation_id: str, caller: Caller = Depends(current_caller)):
    await require_member(caller, conversation_id)
    marked = await mark_conversation_read(caller, conversation_id)
    return JSONResponse({"success": True, "updated_count": marked})
