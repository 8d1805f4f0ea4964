"""Who may see what: membership, and messages looked up for a caller."""

from fastapi import HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tms_server.auth import Caller
from tms_server.models import Member, Message

NOT_A_MEMBER = "You are not a member of this conversation"


async def is_member(session: AsyncSession, conversation_id: str, user_id: str) -> bool:
    found = await session.execute(
        select(Member.user_id).where(
            Member.conversation_id == conversation_id, Member.user_id == user_id
        )
    )
    return found.first() is not None


async def require_member(caller: Caller, conversation_id: str) -> None:
    """403 for non-members, and for conversations that do not exist."""
    if not await is_member(caller.session, conversation_id, caller.user.id):
        raise HTTPException(403, NOT_A_MEMBER)


async def find_message(caller: Caller, message_id: str) -> Message:
    """404 for unknown and deleted messages, 403 outside the caller's conversations."""
    found = await caller.session.execute(select(Message).where(Message.id == message_id))
    message = found.scalar_one_or_none()
    if message is None or message.deleted_at is not None:
        raise HTTPException(404, "Message not found")
    await require_member(caller, message.conversation_id)
    return message
