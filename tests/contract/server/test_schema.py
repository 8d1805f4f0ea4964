"""Section "Tables" of the contract."""

import unittest

from support import sql, world

ID = "character varying(255)"
TIME = "timestamp with time zone"
COLUMNS = {
    "users": {
        "id": ID, "tms_user_id": ID + "!", "email": None, "username": None, "first_name": None,
        "last_name": None, "settings_json": "json!", "role": "character varying(50)",
        "is_active": "boolean!", "is_leader": "boolean!", "last_synced_at": TIME,
        "created_at": TIME + "!", "updated_at": TIME + "!",
    },
    "conversations": {
        "id": ID, "type": "character varying(5)!", "name": None, "created_by": ID,
        "created_at": TIME, "updated_at": TIME,
    },
    "conversation_members": {
        "conversation_id": ID + "!", "user_id": ID + "!", "role": "character varying(6)!",
        "joined_at": TIME, "is_muted": "boolean!",
    },
    "messages": {
        "id": ID, "conversation_id": ID + "!", "sender_id": ID + "!", "content": None,
        "type": "character varying(10)!", "metadata_json": "json!", "reply_to_id": ID,
        "is_edited": "boolean!", "sequence_number": "bigint!", "encrypted": "boolean!",
        "encryption_version": None, "sender_key_id": None, "created_at": TIME,
        "updated_at": TIME, "deleted_at": TIME, "content_tsv": "tsvector",
    },
    "polls": {
        "id": ID, "message_id": ID + "!", "question": None, "multiple_choice": "boolean!",
        "expires_at": TIME, "created_at": "timestamp without time zone",
    },
    "poll_options": {"id": ID, "poll_id": ID + "!", "option_text": None, "position": None},
    "poll_votes": {
        "id": ID, "poll_id": ID + "!", "option_id": ID + "!", "user_id": ID + "!",
        "created_at": TIME,
    },
    "message_reactions": {
        "id": ID, "message_id": ID + "!", "user_id": ID + "!",
        "emoji": "character varying(10)!", "created_at": TIME,
    },
    "message_status": {"message_id": ID + "!", "user_id": ID + "!", "status": None},
}
KEYS = {
    "conversation_members": "PRIMARY KEY (conversation_id, user_id)",
    "messages": "UNIQUE (conversation_id, sequence_number)",
    "message_status": "PRIMARY KEY (message_id, user_id)",
    "message_reactions": "UNIQUE (message_id, user_id, emoji)",
    "polls": "UNIQUE (message_id)",
    "poll_votes": "UNIQUE (poll_id, option_id, user_id)",
    "users": "UNIQUE (tms_user_id)",
}


def described(table):
    """Column -> type, with '!' when it is NOT NULL."""
    listed = sql(
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
        f" WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped"
    )
    columns = (line.split("|") for line in listed.splitlines())
    return {name: kind + ("!" if fixed == "t" else "") for name, kind, fixed in columns}


class Tables(unittest.TestCase):
    def test_columns_have_the_contracts_types_and_not_nulls(self):
        for table, columns in COLUMNS.items():
            found = described(table)
            for column, kind in columns.items():
                with self.subTest(f"{table}.{column}"):
                    self.assertIn(column, found)
                    if kind is not None:
                        wanted = kind + "!" if column == "id" else kind
                        self.assertEqual(found[column], wanted)

    def test_ids_have_no_default_and_encrypted_is_false_by_default(self):
        defaults = sql(
            "SELECT table_name || '.' || column_name || '=' || column_default"
            " FROM information_schema.columns WHERE table_schema = 'public'"
            " AND column_default IS NOT NULL AND table_name NOT LIKE 'pg_stat%'"
        )
        self.assertEqual(defaults, "messages.encrypted=false")

    def test_primary_and_unique_keys_are_the_contracts(self):
        for table, key in KEYS.items():
            keys = sql(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                f" WHERE conrelid = '{table}'::regclass AND contype IN ('p', 'u')"
            ).splitlines()
            with self.subTest(table):
                self.assertIn(key, keys)


class WriteWeight(unittest.TestCase):
    def test_messages_has_14_indexes_two_of_them_GIN(self):
        methods = sql(
            "SELECT amname FROM pg_index JOIN pg_class c ON c.oid = indexrelid"
            " JOIN pg_am ON pg_am.oid = relam WHERE indrelid = 'messages'::regclass"
        ).split()
        self.assertEqual((len(methods), methods.count("gin")), (14, 2))

    def test_one_GIN_index_is_of_the_tsvector_and_one_of_trigrams(self):
        gin = sql(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'messages' AND indexdef LIKE"
            " '%USING gin%' ORDER BY 1"
        )
        self.assertIn("(content_tsv)", gin)
        self.assertIn("(content gin_trgm_ops)", gin)

    def test_a_trigger_fills_content_tsv(self):
        filled = sql(
            f"SELECT content_tsv @@ to_tsquery('english', 'attachment') FROM messages"
            f" WHERE id = '{world.message_id(100)}'"
        )
        self.assertEqual(filled, "t")

    def test_statement_statistics_are_there(self):
        self.assertEqual(
            sql("SELECT count(*) FROM pg_extension WHERE extname IN"
                " ('pg_stat_statements', 'pg_trgm')"), "2",
        )


if __name__ == "__main__":
    unittest.main()
