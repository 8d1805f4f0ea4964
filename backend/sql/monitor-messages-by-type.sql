SELECT /* tmscdp */ type, count(*) AS messages, count(*) FILTER (WHERE encrypted) AS encrypted,
       count(*) FILTER (WHERE deleted_at IS NOT NULL) AS deleted,
       count(DISTINCT conversation_id) AS conversations
FROM messages GROUP BY type ORDER BY 2 DESC
