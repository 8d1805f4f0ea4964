SELECT /* tmscdp */ coalesce(state, 'hidden') AS state, count(*) AS connections,
       round(max(extract(epoch FROM clock_timestamp() - state_change))::numeric, 1) AS "longest s",
       round(100.0 * count(*) / current_setting('max_connections')::int, 1)
           AS "% of the server's limit"
FROM pg_stat_activity
WHERE datname = current_database() AND coalesce(backend_type, 'client backend') = 'client backend'
  AND coalesce(application_name, '') NOT LIKE 'tmscdp%'
GROUP BY 1 ORDER BY 2 DESC
