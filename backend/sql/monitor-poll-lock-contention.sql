-- The first who waits holds the row's tuple lock and waits for the holder's transaction; the others
-- wait for that tuple lock. So everybody who waits has one, held or not.
SELECT /* tmscdp */ coalesce(p.id, format('row (%s,%s)', l.page, l.tuple)) AS poll,
       count(*) AS waiting,
       round(max(extract(epoch FROM clock_timestamp() - a.query_start))::numeric, 2) AS "longest s",
       min(a.query) AS statement
FROM pg_locks l
JOIN pg_stat_activity a USING (pid)
LEFT JOIN polls p ON p.ctid = format('(%s,%s)', l.page, l.tuple)::tid
WHERE l.locktype = 'tuple' AND l.relation = 'polls'::regclass
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
GROUP BY 1 ORDER BY 2 DESC LIMIT 20
