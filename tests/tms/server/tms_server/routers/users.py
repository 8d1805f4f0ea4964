"""The caller's own user, and who is online."""

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from tms_server import presence
from tms_server.auth import Caller, current_caller
from tms_server.presenters import me_json

router = APIRouter(prefix="/users")

RESERVED_DOMAINS = (".local", ".test")


class ResponseValidationError(Exception):
    """What production raises when it cannot send the answer that it made."""


@router.get("/me")
async def get_me(caller: Caller = Depends(current_caller)):
    if (caller.user.email or "").endswith(RESERVED_DOMAINS):
        raise ResponseValidationError("value is not a valid email address: reserved domain")
    return JSONResponse(me_json(caller.user))


@router.get("/presence/online")
async def get_online(caller: Caller = Depends(current_caller)):
    return JSONResponse(await presence.online())
