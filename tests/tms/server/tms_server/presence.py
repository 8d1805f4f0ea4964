"""Who is online: a sorted set in Redis, user id -> the time until which it counts.

Each worker renews the users whose sockets it holds, so those of a killed worker run out.
"""

import asyncio
import time

from tms_server.cache import redis

KEY = "presence:online_until"
LEASE_S = 90

# the sockets of this worker: sid -> user id
connected: dict[str, str] = {}


def users_of_worker() -> set[str]:
    return set(connected.values())


async def arrive(sid: str, user_id: str) -> None:
    connected[sid] = user_id
    await redis.zadd(KEY, {user_id: time.time() + LEASE_S})


async def leave(sid: str) -> tuple[str | None, bool]:
    """The user of the socket, and whether that was the user's last one on this worker."""
    user_id = connected.pop(sid, None)
    if user_id is None or user_id in users_of_worker():
        return user_id, False
    await redis.zrem(KEY, user_id)
    return user_id, True


async def online() -> list[str]:
    return await redis.zrangebyscore(KEY, time.time(), "+inf")


async def renew_for_ever() -> None:
    while True:
        await asyncio.sleep(LEASE_S / 3)
        until = time.time() + LEASE_S
        leases = {user_id: until for user_id in users_of_worker()}
        if leases:
            await redis.zadd(KEY, leases)
