"""Liveness, readiness and socket counts. Nothing here tells how the switches stand."""

import logging

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import text

from tms_server import presence
from tms_server.cache import redis
from tms_server.db import held_session

log = logging.getLogger("tms_server.health")
router = APIRouter(prefix="/health")


@router.get("")
async def health():
    return JSONResponse({"status": "healthy"})


async def _database_answers() -> bool:
    try:
        async with held_session() as session:
            await session.execute(text("SELECT 1"))
    except Exception as error:
        log.warning("database not ready: %s: %s", type(error).__name__, error)
        return False
    return True


async def _redis_answers() -> bool:
    try:
        await redis.ping()
    except Exception as error:
        log.warning("Redis not ready: %s: %s", type(error).__name__, error)
        return False
    return True


@router.get("/ready")
async def ready():
    checks = {"database": await _database_answers(), "redis": await _redis_answers()}
    is_ready = all(checks.values())
    body = {"status": "ready" if is_ready else "not_ready", "checks": checks}
    return JSONResponse(body, status_code=200 if is_ready else 503)


@router.get("/websocket")
async def websocket():
    return JSONResponse(
        {
            "active_connections": len(presence.connected),
            "active_users": len(presence.users_of_worker()),
        }
    )
