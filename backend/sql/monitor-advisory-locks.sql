-- The chat's key is the first half of the conversation's UUID; pg_locks shows it in two halves and
-- marks it by objsubid = 1.
SELECT /* tmscdp */
       CASE objsubid WHEN 1 THEN (classid::bigint << 32 | objid::bigint)::text
                     ELSE format('%s,%s', classid::int, objid::int) END AS key,
       (SELECT string_agg(c.id, ' ') FROM conversations c
        WHERE objsubid = 1 AND c.id LIKE regexp_replace(
            lpad(to_hex(classid::bigint), 8, '0') || lpad(to_hex(objid::bigint), 8, '0'),
            '^(.{8})(.{4})(.{4})$', '\1-\2-\3-') || '%') AS conversation,
       count(*) FILTER (WHERE granted) AS held, count(*) FILTER (WHERE NOT granted) AS waiting
FROM pg_locks
WHERE locktype = 'advisory'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
GROUP BY classid, objid, objsubid ORDER BY 4 DESC, 3 DESC LIMIT 20
