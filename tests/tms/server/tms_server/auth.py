"""Bearer tokens, and the caller of a request.

The pool connection taken to look up the caller is held until the answer is sent, as in the
production chat; a pool without a free connection shows as an authentication error.
"""

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import AsyncIterator, Optional

import jwt
from fastapi import Header, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tms_server.config import settings
from tms_server.db import held_session, now
from tms_server.models import User

log = logging.getLogger("tms_server.auth")

SYNC_MAX_AGE = timedelta(hours=24)


class BadToken(ValueError):
    """A token that lets nobody in; the text is what the 401 says."""


@dataclass(frozen=True)
class Caller:
    user: User
    session: AsyncSession


def tms_user_id_of(token: str) -> str:
    """The `id` claim of a good token. No leeway: a token issued in the future is refused."""
    try:
        claims = jwt.decode(token, settings.secret, algorithms=["HS256"])
    except jwt.ExpiredSignatureError:
        raise BadToken("Token has expired - please login again") from None
    except jwt.InvalidTokenError as error:
        raise BadToken(str(error)) from None
    tms_user_id = claims.get("id")
    if not isinstance(tms_user_id, str) or not tms_user_id:
        raise BadToken("Token has no user id")
    return tms_user_id


async def find_user(session: AsyncSession, tms_user_id: str) -> Optional[User]:
    found = await session.execute(select(User).where(User.tms_user_id == tms_user_id))
    return found.scalar_one_or_none()


def _token_of_header(authorization: Optional[str]) -> str:
    if authorization is None:
        raise HTTPException(401, "Missing authorization header")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise HTTPException(401, "Invalid token: expected 'Bearer <token>'")
    return token


async def _sync_if_stale(user: User) -> None:
    """Stand in for the call to the external user service, which is not at hand: only its time."""
    if user.last_synced_at is not None and now() - user.last_synced_at < SYNC_MAX_AGE:
        return
    log.warning("user %s was not synced for 24 h: the outbound call is emulated by a delay of"
                " %d ms", user.id, settings.switches.sync_delay_ms)
    await asyncio.sleep(settings.switches.sync_delay_ms / 1000)


async def current_caller(
    authorization: Optional[str] = Header(None),
) -> AsyncIterator[Caller]:
    token = _token_of_header(authorization)
    try:
        tms_user_id = tms_user_id_of(token)
    except BadToken as error:
        raise HTTPException(401, f"Invalid token: {error}") from None
    async with AsyncExitStack() as stack:
        try:
            session = await stack.enter_async_context(held_session())
            user = await find_user(session, tms_user_id)
        except Exception as error:
            log.error("cannot look up the caller: %s: %s", type(error).__name__, error)
            raise HTTPException(500, "Internal authentication error") from None
        if user is None or not user.is_active:
            raise HTTPException(401, "Invalid token: unknown or inactive user")
        await _sync_if_stale(user)
        if settings.switches.request_delay_ms:
            await asyncio.sleep(settings.switches.request_delay_ms / 1000)
        yield Caller(user, session)
