"""Request limits per minute: fixed windows that start with their first request, kept in Redis."""

from dataclasses import dataclass

from fastapi import Request

from tms_server.auth import Caller
from tms_server.cache import redis
from tms_server.config import settings

WINDOW_S = 60


class LimitExceeded(Exception):
    def __init__(self, per_minute: int):
        super().__init__(f"Rate limit exceeded: {per_minute} per 1 minute")


@dataclass(frozen=True)
class Limit:
    name: str
    per_minute: int
    per_url: bool = False  # counts per user and per URL whatever the limiter's mode


SENDS = Limit("sends", 30)
UPLOADS = Limit("uploads", 10)
REACTIONS = Limit("reactions", 60, per_url=True)


def _key(limit: Limit, request: Request, caller: Caller) -> str:
    if limit.per_url:
        return f"limit:{limit.name}:{caller.user.id}:{request.url.path}"
    if settings.switches.limiter == "user":
        return f"limit:{limit.name}:{caller.user.id}"
    return f"limit:{limit.name}:{request.client.host}"


async def count(limit: Limit, request: Request, caller: Caller) -> None:
    """Count one request; LimitExceeded when its minute is used up."""
    if not settings.limits_enabled or settings.switches.limiter == "off":
        return
    key = _key(limit, request, caller)
    async with redis.pipeline(transaction=True) as pipeline:
        _, used = await pipeline.set(key, 0, ex=WINDOW_S, nx=True).incr(key).execute()
    if used > limit.per_minute:
        raise LimitExceeded(limit.per_minute)
