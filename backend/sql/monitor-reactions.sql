SELECT /* tmscdp */ r.message_id AS message, m.type, m.conversation_id AS conversation,
       count(*) AS reactions, count(DISTINCT r.emoji) AS emojis,
       (SELECT count(*) FROM message_reactions) AS "of all"
FROM message_reactions r JOIN messages m ON m.id = r.message_id
GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1 LIMIT 10
