"""The suite's seed in plain SQL, for this folder's own tests and measurements.

100 users, a group of all with 201 messages (1 POLL, 100 IMAGE, 100 FILE), ten groups of users 0–9
with ten TEXT each, and user 100, who is in no conversation. Ids are made from names, so nothing
has to be read back.
"""

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from uuid import UUID

USERS = 100
EXTRA_GROUPS = 10
EXTRA_MEMBERS = 10
OUTSIDER = USERS
POLL_OPTIONS = 4


def made_id(name: str) -> str:
    return str(UUID(hashlib.md5(name.encode()).hexdigest()))


def user_id(index: int) -> str:
    return made_id(f"user-{index}")


def extra_group(index: int) -> str:
    return made_id(f"extra-{index}")


def message_id(number: int) -> str:
    """Of the big group's message with this sequence number."""
    return made_id(f"big-{number}")


def option_id(position: int) -> str:
    return made_id(f"option-{position}")


BIG_GROUP = made_id("big")
POLL = made_id("poll")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(secret: str, index: int, **claims: Any) -> str:
    """A user's token, signed here without the server's library; claims override the usual ones."""
    issued = int(time.time()) - 60
    payload = {
        "id": f"stress_tms_{index:04d}",
        "email": f"stress_{index:04d}@stress.example.com",
        "name": f"Stress User {index}",
        "role": "MEMBER",
        "hierarchyLevel": "staff",
        "image": None,
        "iat": issued,
        "exp": issued + 720 * 3600,
        **claims,
    }
    head = _base64url(b'{"alg":"HS256","typ":"JWT"}')
    signed = head + "." + _base64url(json.dumps(payload).encode())
    signature = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return signed + "." + _base64url(signature)


SQL = f"""
BEGIN;
INSERT INTO users SELECT md5('user-' || i)::uuid::text, 'stress_tms_' || lpad(i::text, 4, '0'),
    'stress_' || lpad(i::text, 4, '0') || '@stress.example.com', 'stress_user_' || i,
    'Stress', 'User ' || i, '{{}}', 'MEMBER', true, false, now(), now(), now()
FROM generate_series(0, {USERS}) AS i;

INSERT INTO conversations VALUES
    ('{BIG_GROUP}', 'GROUP', 'Stress group', '{user_id(0)}', now(), now());
INSERT INTO conversations
SELECT md5('extra-' || g)::uuid::text, 'GROUP', 'Extra group ' || g, '{user_id(0)}', now(), now()
FROM generate_series(0, {EXTRA_GROUPS - 1}) AS g;

INSERT INTO conversation_members
SELECT '{BIG_GROUP}', md5('user-' || i)::uuid::text, 'MEMBER', now(), false
FROM generate_series(0, {USERS - 1}) AS i;
INSERT INTO conversation_members
SELECT md5('extra-' || g)::uuid::text, md5('user-' || i)::uuid::text, 'MEMBER', now(), false
FROM generate_series(0, {EXTRA_GROUPS - 1}) AS g, generate_series(0, {EXTRA_MEMBERS - 1}) AS i;

INSERT INTO messages (id, conversation_id, sender_id, content, type, metadata_json, is_edited,
    sequence_number, created_at, updated_at)
SELECT md5('big-' || n)::uuid::text, '{BIG_GROUP}', md5('user-' || n % {USERS})::uuid::text,
    CASE WHEN n = 1 THEN 'Where shall we meet?' ELSE 'Attachment number ' || n END,
    CASE WHEN n = 1 THEN 'POLL' WHEN n <= 101 THEN 'IMAGE' ELSE 'FILE' END,
    CASE WHEN n = 1 THEN '{{}}'::json WHEN n <= 101 THEN json_build_object(
        'fileUrl', 'https://files.example.com/images/' || n || '.png',
        'thumbnailUrl', 'https://files.example.com/images/' || n || '-small.png',
        'fileName', 'photo-' || n || '.png', 'fileSize', 200000 + n, 'mimeType', 'image/png',
        'width', 480, 'height', 320, 'ossKey', 'images/' || n || '.png')
    ELSE json_build_object(
        'fileUrl', 'https://files.example.com/files/' || n || '.pdf',
        'fileName', 'report-' || n || '.pdf', 'fileSize', 100000 + n,
        'mimeType', 'application/pdf', 'ossKey', 'files/' || n || '.pdf') END,
    false, n, now() - (300 - n) * interval '1 minute', now() - (300 - n) * interval '1 minute'
FROM generate_series(1, 201) AS n;
INSERT INTO messages (id, conversation_id, sender_id, content, type, metadata_json, is_edited,
    sequence_number, created_at, updated_at)
SELECT md5('extra-' || g || '-' || n)::uuid::text, md5('extra-' || g)::uuid::text,
    md5('user-' || n % {EXTRA_MEMBERS})::uuid::text, 'Hello number ' || n, 'TEXT', '{{}}', false,
    n, now() - (20 - n) * interval '1 minute', now() - (20 - n) * interval '1 minute'
FROM generate_series(0, {EXTRA_GROUPS - 1}) AS g, generate_series(1, 10) AS n;

INSERT INTO polls VALUES
    ('{POLL}', '{message_id(1)}', 'Where shall we meet?', false, NULL, now());
INSERT INTO poll_options
SELECT md5('option-' || p)::uuid::text, '{POLL}', 'Room ' || p, p
FROM generate_series(0, {POLL_OPTIONS - 1}) AS p;
COMMIT;
ANALYZE;
"""
