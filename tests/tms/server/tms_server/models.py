"""The tables of schema.sql as SQLAlchemy classes.

No relationships: each statement that the server runs is written out where it is needed, so that
the number of statements of a request can be counted by reading.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, DateTime, Integer, String, Text
from sqlalchemy.orm import declarative_base

Base = declarative_base()

Time = DateTime(timezone=True)


class User(Base):
    __tablename__ = "users"

    id = Column(String(255), primary_key=True)
    tms_user_id = Column(String(255), nullable=False, unique=True)
    email = Column(String(255))
    username = Column(String(255))
    first_name = Column(String(255))
    last_name = Column(String(255))
    settings_json = Column(JSON, nullable=False)
    role = Column(String(50))
    is_active = Column(Boolean, nullable=False)
    is_leader = Column(Boolean, nullable=False)
    last_synced_at = Column(Time)
    created_at = Column(Time, nullable=False)
    updated_at = Column(Time, nullable=False)


class Conversation(Base):
    __tablename__ = "conversations"

    id = Column(String(255), primary_key=True)
    type = Column(String(5), nullable=False)
    name = Column(String(255))
    created_by = Column(String(255))
    created_at = Column(Time)
    updated_at = Column(Time)


class Member(Base):
    __tablename__ = "conversation_members"

    conversation_id = Column(String(255), primary_key=True)
    user_id = Column(String(255), primary_key=True)
    role = Column(String(6), nullable=False)
    joined_at = Column(Time)
    is_muted = Column(Boolean, nullable=False)
    last_read_at = Column(Time)


class Message(Base):
    """content_tsv is left out: the trigger fills it and no answer carries it."""

    __tablename__ = "messages"

    id = Column(String(255), primary_key=True)
    conversation_id = Column(String(255), nullable=False)
    sender_id = Column(String(255), nullable=False)
    content = Column(Text)
    type = Column(String(10), nullable=False)
    metadata_json = Column(JSON, nullable=False)
    reply_to_id = Column(String(255))
    is_edited = Column(Boolean, nullable=False)
    sequence_number = Column(BigInteger, nullable=False)
    encrypted = Column(Boolean, nullable=False)
    encryption_version = Column(Integer)
    sender_key_id = Column(String(255))
    created_at = Column(Time)
    updated_at = Column(Time)
    deleted_at = Column(Time)


class Status(Base):
    __tablename__ = "message_status"

    message_id = Column(String(255), primary_key=True)
    user_id = Column(String(255), primary_key=True)
    status = Column(String(9), nullable=False)
    timestamp = Column(Time)


class Reaction(Base):
    __tablename__ = "message_reactions"

    id = Column(String(255), primary_key=True)
    message_id = Column(String(255), nullable=False)
    user_id = Column(String(255), nullable=False)
    emoji = Column(String(10), nullable=False)
    created_at = Column(Time)


class Poll(Base):
    __tablename__ = "polls"

    id = Column(String(255), primary_key=True)
    message_id = Column(String(255), nullable=False, unique=True)
    question = Column(Text, nullable=False)
    multiple_choice = Column(Boolean, nullable=False)
    expires_at = Column(Time)
    created_at = Column(DateTime(timezone=False))


class PollOption(Base):
    __tablename__ = "poll_options"

    id = Column(String(255), primary_key=True)
    poll_id = Column(String(255), nullable=False)
    option_text = Column(Text, nullable=False)
    position = Column(Integer, nullable=False)


class PollVote(Base):
    __tablename__ = "poll_votes"

    id = Column(String(255), primary_key=True)
    poll_id = Column(String(255), nullable=False)
    option_id = Column(String(255), nullable=False)
    user_id = Column(String(255), nullable=False)
    created_at = Column(Time)
