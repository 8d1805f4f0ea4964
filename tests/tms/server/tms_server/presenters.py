"""Rows to the JSON that clients see: camelCase over HTTP, snake_case over the socket."""

import re
from datetime import datetime, timezone
from typing import Any, Iterable, Optional

from tms_server import signing
from tms_server.models import Conversation, Member, Message, Poll, Reaction, Status, User


def when(time: Optional[datetime]) -> Optional[str]:
    if time is None:
        return None
    if time.tzinfo is not None:
        time = time.astimezone(timezone.utc).replace(tzinfo=None)
    return time.isoformat(timespec="microseconds") + "Z"


def full_name(user: User) -> str:
    parts = [part for part in (user.first_name, user.last_name) if part]
    return " ".join(parts) or user.username or user.tms_user_id


def user_json(user: User) -> dict[str, Any]:
    name = full_name(user)
    return {
        "id": user.id,
        "tmsUserId": user.tms_user_id,
        "email": user.email,
        "username": user.username,
        "name": name,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "displayName": name,
        "image": None,
        "role": user.role,
        "isActive": user.is_active,
        "isLeader": user.is_leader,
        "createdAt": when(user.created_at),
    }


def me_json(user: User) -> dict[str, Any]:
    return {
        **user_json(user),
        "hierarchyLevel": "staff",
        "lastSyncedAt": when(user.last_synced_at),
        "updatedAt": when(user.updated_at),
        "settings": user.settings_json,
    }


def reaction_json(reaction: Reaction) -> dict[str, Any]:
    return {
        "id": reaction.id,
        "messageId": reaction.message_id,
        "userId": reaction.user_id,
        "emoji": reaction.emoji,
        "createdAt": when(reaction.created_at),
    }


def status_json(status: Status) -> dict[str, Any]:
    return {
        "messageId": status.message_id,
        "userId": status.user_id,
        "status": status.status,
        "timestamp": when(status.timestamp),
    }


def overall_status(statuses: Iterable[Status]) -> str:
    """The sender's tick: what every receiver has reached."""
    reached = {status.status for status in statuses}
    if not reached or "SENT" in reached:
        return "sent"
    return "delivered" if "DELIVERED" in reached else "read"


def metadata_json(message: Message) -> dict[str, Any]:
    metadata = message.metadata_json or {}
    if message.type == "FILE" and "ossKey" in metadata:
        address = signing.signed_url(metadata["ossKey"], metadata.get("fileUrl"))
        return {**metadata, "fileUrl": address}
    return metadata


def reply_json(message: Optional[Message], sender: Optional[User]) -> Optional[dict[str, Any]]:
    if message is None:
        return None
    return {
        "id": message.id,
        "content": message.content,
        "type": message.type,
        "senderId": message.sender_id,
        "sender": user_json(sender) if sender else None,
    }


def message_json(message: Message, sender: Optional[User], **parts: Any) -> dict[str, Any]:
    """parts: reactions, statuses (rows), reply and poll (JSON or None)."""
    statuses = parts.get("statuses", [])
    return {
        "id": message.id,
        "conversationId": message.conversation_id,
        "senderId": message.sender_id,
        "content": message.content,
        "type": message.type,
        "metadata": metadata_json(message),
        "replyToId": message.reply_to_id,
        "isEdited": message.is_edited,
        "sequenceNumber": message.sequence_number,
        "encrypted": message.encrypted,
        "encryptionVersion": message.encryption_version,
        "senderKeyId": message.sender_key_id,
        "createdAt": when(message.created_at),
        "updatedAt": when(message.updated_at),
        "deletedAt": when(message.deleted_at),
        "sender": user_json(sender) if sender else None,
        "reactions": [reaction_json(reaction) for reaction in parts.get("reactions", [])],
        "statuses": [status_json(status) for status in statuses],
        "replyTo": parts.get("reply"),
        "poll": parts.get("poll"),
        "status": overall_status(statuses),
    }


def poll_is_closed(poll: Poll, at: datetime) -> bool:
    return poll.expires_at is not None and poll.expires_at <= at


def member_json(member: Member, user: User) -> dict[str, Any]:
    return {
        "userId": member.user_id,
        "role": member.role,
        "joinedAt": when(member.joined_at),
        "lastReadAt": when(member.last_read_at),
        "isMuted": member.is_muted,
        "user": user_json(user),
    }


def conversation_json(
    conversation: Conversation,
    members: list[dict[str, Any]],
    unread: int,
    last_message: Optional[dict[str, Any]],
    reader_id: str,
) -> dict[str, Any]:
    others = [member for member in members if member["userId"] != reader_id]
    is_dm = conversation.type == "DM"
    display = others[0]["user"]["name"] if is_dm and others else conversation.name
    return {
        "id": conversation.id,
        "type": conversation.type.lower(),
        "name": conversation.name,
        "display_name": display,
        "avatarUrl": None,
        "createdBy": conversation.created_by,
        "createdAt": when(conversation.created_at),
        "updatedAt": when(conversation.updated_at),
        "members": members,
        "memberCount": len(members),
        "unreadCount": unread,
        "lastMessage": last_message,
    }


_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")


def snake_case(value: Any) -> Any:
    """The same JSON with snake_case keys; what stands under `metadata` is the sender's own."""
    if isinstance(value, list):
        return [snake_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        _HUMP.sub(lambda hump: "_" + hump.group(1).lower(), key):
            item if key == "metadata" else snake_case(item)
        for key, item in value.items()
    }
