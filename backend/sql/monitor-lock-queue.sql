SELECT /* tmscdp */ l.pid, b.pids[1] || coalesce(' and ' || nullif(cardinality(b.pids), 1) - 1
           || ' more', '') AS "waits for",
       l.locktype AS lock, l.mode, l.relation::regclass::text AS relation,
       round(extract(epoch FROM clock_timestamp() - a.query_start)::numeric, 2) AS "since s",
       a.query AS statement
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
CROSS JOIN LATERAL (SELECT pg_blocking_pids(l.pid) AS pids) AS b
WHERE NOT l.granted AND a.datname = current_database()
ORDER BY a.query_start LIMIT 100
