"""Notification preferences and muted conversations."""

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from sqlalchemy import select, update

from tms_server.access import require_member
from tms_server.auth import Caller, current_caller
from tms_server.models import Member
from tms_server.views import rows

router = APIRouter(prefix="/notifications")

PREFERENCES = {
    "soundEnabled": True,
    "soundVolume": 75,
    "browserNotificationsEnabled": False,
    "enableMessageNotifications": True,
    "enableMentionNotifications": True,
    "enableReactionNotifications": True,
    "dndEnabled": False,
    "dndStart": None,
    "dndEnd": None,
}


@router.get("/preferences")
async def get_preferences(caller: Caller = Depends(current_caller)):
    return JSONResponse({"userId": caller.user.id, **PREFERENCES})


@router.get("/muted-conversations")
async def get_muted(caller: Caller = Depends(current_caller)):
    muted = await rows(
        caller.session,
        select(Member.conversation_id).where(Member.user_id == caller.user.id, Member.is_muted),
    )
    return JSONResponse({"muted_conversations": muted, "total": len(muted)})


async def _set_muted(caller: Caller, conversation_id: str, muted: bool) -> None:
    await require_member(caller, conversation_id)
    await caller.session.execute(
        update(Member)
        .where(Member.conversation_id == conversation_id, Member.user_id == caller.user.id)
        .values(is_muted=muted)
    )
    await caller.session.commit()


@router.post("/conversations/{conversation_id}/mute")
async def mute(conversation_id: str, caller: Caller = Depends(current_caller)):
    await _set_muted(caller, conversation_id, True)
    return JSONResponse({"conversation_id": conversation_id, "is_muted": True})


@router.delete("/conversations/{conversation_id}/mute", status_code=204)
async def unmute(conversation_id: str, caller: Caller = Depends(current_caller)):
    await _set_muted(caller, conversation_id, False)
    return Response(status_code=204)
