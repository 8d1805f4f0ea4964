SELECT /* tmscdp */ pid, state,
       round(extract(epoch FROM clock_timestamp() - xact_start)::numeric, 1) AS "transaction s",
       round(extract(epoch FROM clock_timestamp() - query_start)::numeric, 1) AS "statement s",
       query AS statement
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND state <> 'idle'
  AND coalesce(application_name, '') NOT LIKE 'tmscdp%'
  AND least(xact_start, query_start) < clock_timestamp() - interval '1 second'
ORDER BY xact_start LIMIT 20
