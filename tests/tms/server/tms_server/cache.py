"""The Redis client shared by the limiter, presence and the membership cache."""

from redis import asyncio as redis_asyncio

from tms_server.config import settings

redis = redis_asyncio.Redis.from_url(settings.redis_url, decode_responses=True)
