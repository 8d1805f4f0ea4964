-- Tables of the reference chat, PostgreSQL 15. Apply to an empty database:
--     psql -v ON_ERROR_STOP=1 -f schema.sql DATABASE
-- Names, types and the weight of a write (14 indexes on messages, two of them GIN, and a trigger)
-- are those of the production chat. Ids are given by the writer; there are no defaults for them.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Statement statistics need shared_preload_libraries; a cluster without them still works.
DO $$
BEGIN
    IF current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%' THEN
        CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
    END IF;
END
$$;

CREATE TABLE users (
    id             varchar(255) PRIMARY KEY,
    tms_user_id    varchar(255) NOT NULL UNIQUE,
    email          varchar(255),
    username       varchar(255),
    first_name     varchar(255),
    last_name      varchar(255),
    settings_json  json         NOT NULL,
    role           varchar(50),
    is_active      boolean      NOT NULL,
    is_leader      boolean      NOT NULL,
    last_synced_at timestamptz,
    created_at     timestamptz  NOT NULL,
    updated_at     timestamptz  NOT NULL
);

CREATE TABLE conversations (
    id         varchar(255) PRIMARY KEY,
    type       varchar(5)   NOT NULL CHECK (type IN ('GROUP', 'DM')),
    name       varchar(255),
    created_by varchar(255) REFERENCES users (id),
    created_at timestamptz,
    updated_at timestamptz
);
CREATE INDEX conversations_updated_at ON conversations (updated_at DESC);

CREATE TABLE conversation_members (
    conversation_id varchar(255) NOT NULL REFERENCES conversations (id),
    user_id         varchar(255) NOT NULL REFERENCES users (id),
    role            varchar(6)   NOT NULL CHECK (role IN ('MEMBER', 'ADMIN')),
    joined_at       timestamptz,
    is_muted        boolean      NOT NULL,
    last_read_at    timestamptz,
    PRIMARY KEY (conversation_id, user_id)
);
CREATE INDEX conversation_members_user ON conversation_members (user_id);

CREATE TABLE messages (
    id                 varchar(255) PRIMARY KEY,
    conversation_id    varchar(255) NOT NULL REFERENCES conversations (id),
    sender_id          varchar(255) NOT NULL REFERENCES users (id),
    content            text,
    type               varchar(10)  NOT NULL
        CHECK (type IN ('TEXT', 'IMAGE', 'FILE', 'VOICE', 'POLL', 'CALL', 'SYSTEM')),
    metadata_json      json         NOT NULL,
    reply_to_id        varchar(255) REFERENCES messages (id),
    is_edited          boolean      NOT NULL,
    sequence_number    bigint       NOT NULL,
    encrypted          boolean      NOT NULL DEFAULT false,
    encryption_version integer,
    sender_key_id      varchar(255),
    created_at         timestamptz,
    updated_at         timestamptz,
    deleted_at         timestamptz,
    content_tsv        tsvector,
    UNIQUE (conversation_id, sequence_number)
);
CREATE INDEX messages_conversation ON messages (conversation_id);
CREATE INDEX messages_conversation_created ON messages (conversation_id, created_at DESC);
CREATE INDEX messages_conversation_type ON messages (conversation_id, type);
CREATE INDEX messages_conversation_alive ON messages (conversation_id, sequence_number DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX messages_sender ON messages (sender_id);
CREATE INDEX messages_sender_created ON messages (sender_id, created_at DESC);
CREATE INDEX messages_created ON messages (created_at);
CREATE INDEX messages_reply_to ON messages (reply_to_id);
CREATE INDEX messages_type ON messages (type);
CREATE INDEX messages_deleted ON messages (deleted_at);
CREATE INDEX messages_content_tsv ON messages USING gin (content_tsv);
CREATE INDEX messages_content_trgm ON messages USING gin (content gin_trgm_ops);

CREATE FUNCTION messages_fill_content_tsv() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.content_tsv := to_tsvector('english', coalesce(NEW.content, ''));
    RETURN NEW;
END
$$;
CREATE TRIGGER messages_content_tsv BEFORE INSERT OR UPDATE OF content ON messages
    FOR EACH ROW EXECUTE FUNCTION messages_fill_content_tsv();

CREATE TABLE message_status (
    message_id varchar(255) NOT NULL REFERENCES messages (id),
    user_id    varchar(255) NOT NULL REFERENCES users (id),
    status     varchar(9)   NOT NULL CHECK (status IN ('SENT', 'DELIVERED', 'READ')),
    timestamp  timestamptz,
    PRIMARY KEY (message_id, user_id)
);
CREATE INDEX message_status_user ON message_status (user_id, status);

CREATE TABLE message_reactions (
    id         varchar(255) PRIMARY KEY,
    message_id varchar(255) NOT NULL REFERENCES messages (id),
    user_id    varchar(255) NOT NULL REFERENCES users (id),
    emoji      varchar(10)  NOT NULL,
    created_at timestamptz,
    UNIQUE (message_id, user_id, emoji)
);
CREATE INDEX message_reactions_user ON message_reactions (user_id);

CREATE TABLE polls (
    id              varchar(255) PRIMARY KEY,
    message_id      varchar(255) NOT NULL UNIQUE REFERENCES messages (id),
    question        text         NOT NULL,
    multiple_choice boolean      NOT NULL,
    expires_at      timestamptz,
    created_at      timestamp
);

CREATE TABLE poll_options (
    id          varchar(255) PRIMARY KEY,
    poll_id     varchar(255) NOT NULL REFERENCES polls (id),
    option_text text         NOT NULL,
    position    integer      NOT NULL
);
CREATE INDEX poll_options_poll ON poll_options (poll_id);

CREATE TABLE poll_votes (
    id         varchar(255) PRIMARY KEY,
    poll_id    varchar(255) NOT NULL REFERENCES polls (id),
    option_id  varchar(255) NOT NULL REFERENCES poll_options (id),
    user_id    varchar(255) NOT NULL REFERENCES users (id),
    created_at timestamptz,
    UNIQUE (poll_id, option_id, user_id)
);
CREATE INDEX poll_votes_option ON poll_votes (option_id);
CREATE INDEX poll_votes_user ON poll_votes (user_id);
