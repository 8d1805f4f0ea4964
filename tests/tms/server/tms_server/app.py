"""The ASGI application: `uvicorn tms_server.app:app`."""

import asyncio

import socketio
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from tms_server import errors, presence
from tms_server import sockets as _register_socket_handlers  # noqa: F401
from tms_server.cache import redis
from tms_server.config import settings
from tms_server.db import engine
from tms_server.realtime import sio
from tms_server.routers import (
    conversations,
    encryption,
    files,
    health,
    messages,
    notifications,
    polls,
    reactions,
    uploads,
    users,
)

API = "/api/v1"

# uploads stands before messages, whose /{message_id} would take its path
RESOURCES = (
    uploads, reactions, messages, conversations, polls, users, notifications, files, encryption,
)


def _build_http() -> FastAPI:
    http = FastAPI(title="TMS reference server", docs_url=None, redoc_url=None, openapi_url=None)
    http.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
    )
    errors.install(http)
    for resource in RESOURCES:
        http.include_router(resource.router, prefix=API)
    for prefix in ("", API):
        http.include_router(health.router, prefix=prefix)
    return http


http_app = _build_http()


@http_app.on_event("startup")
async def start() -> None:
    http_app.state.presence = asyncio.create_task(presence.renew_for_ever())


@http_app.on_event("shutdown")
async def stop() -> None:
    http_app.state.presence.cancel()
    await engine.dispose()
    await redis.close()


app = socketio.ASGIApp(sio, other_asgi_app=http_app, socketio_path="socket.io")
