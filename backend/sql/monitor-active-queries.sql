SELECT /* tmscdp */ count(*) AS sessions, coalesce(wait_event_type, '') AS "waiting for",
       round(max(extract(epoch FROM clock_timestamp() - query_start))::numeric, 3) AS "longest s",
       query AS statement
FROM pg_stat_activity
WHERE datname = current_database() AND state = 'active' AND backend_type = 'client backend'
  AND coalesce(application_name, '') NOT LIKE 'tmscdp%'
GROUP BY 2, 4 ORDER BY 3 DESC LIMIT 20
