"""End-to-end encryption as far as the client needs it.

Key bundles and sender keys are taken and forgotten. The conversation key of the reference form is
derived, not stored: HMAC-SHA256(NEXTAUTH_SECRET, "tms.encryption:" + conversation id).
"""

import base64
import hashlib
import hmac
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from tms_server.access import require_member
from tms_server.auth import Caller, current_caller
from tms_server.config import settings

router = APIRouter(prefix="/encryption")


def conversation_key(conversation_id: str) -> bytes:
    text = "tms.encryption:" + conversation_id
    return hmac.new(settings.secret.encode(), text.encode(), hashlib.sha256).digest()


@router.get("/keys/status")
async def key_status(caller: Caller = Depends(current_caller)):
    return JSONResponse(
        {"user_id": caller.user.id, "has_keys": False, "has_backup": False, "prekey_count": 0}
    )


@router.post("/keys/bundle", status_code=201)
async def post_bundle(bundle: dict[str, Any], caller: Caller = Depends(current_caller)):
    return JSONResponse(
        {"success": True, "user_id": caller.user.id, "received": sorted(bundle)}, status_code=201
    )


@router.get("/keys/conversation/{conversation_id}")
async def get_conversation_key(conversation_id: str, caller: Caller = Depends(current_caller)):
    await require_member(caller, conversation_id)
    return JSONResponse({"key": base64.b64encode(conversation_key(conversation_id)).decode()})


@router.get("/sender-keys")
async def get_sender_keys(caller: Caller = Depends(current_caller)):
    return JSONResponse({"user_id": caller.user.id, "sender_keys": []})


@router.post("/sender-keys/distribute")
async def distribute(body: dict[str, Any], caller: Caller = Depends(current_caller)):
    return JSONResponse({"success": True, "distributed": len(body.get("distributions", []))})
