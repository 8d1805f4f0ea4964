"""The database pool, and the one way to a connection: `held_session`."""

from contextlib import asynccontextmanager
from datetime import datetime, timezone
from typing import AsyncIterator, Iterable
from uuid import uuid4

from sqlalchemy import ARRAY, String, any_, literal
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from tms_server.config import settings

engine = create_async_engine(
    settings.database_url,
    pool_size=settings.switches.pool_size,
    max_overflow=settings.switches.pool_overflow,
    pool_timeout=settings.switches.pool_timeout_s,
    pool_pre_ping=True,
)


@asynccontextmanager
async def held_session() -> AsyncIterator[AsyncSession]:
    """A session on one pool connection that stays taken until the block ends, commits included.

    Raises sqlalchemy.exc.TimeoutError when the pool gives none in time.
    """
    async with engine.connect() as connection:
        async with AsyncSession(bind=connection, expire_on_commit=False) as session:
            yield session


def one_of(values: Iterable[str]):
    """Right side of `column == one_of(values)`: one array, so the statement's text stays the same
    whatever the number of values."""
    return any_(literal(list(values), ARRAY(String)))


def now() -> datetime:
    return datetime.now(timezone.utc)


def new_id() -> str:
    return str(uuid4())
