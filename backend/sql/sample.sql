-- One sample, as rows of several kinds (backend/watcher_sample.h). Other sessions of tmscdp are left
-- out like this one; a statement's text is sent once. While nobody waits for a lock, the server's
-- table of locks is not read: it is one for all sessions, and shared with the chat.
WITH everybody AS MATERIALIZED (
    SELECT pid, state, backend_type, wait_event_type, query, query_start, xact_start, state_change,
           datid IS NOT DISTINCT FROM
               (SELECT oid FROM pg_database WHERE datname = current_database())
           AND coalesce(application_name, '') NOT LIKE 'tmscdp%' AS ours
    FROM pg_stat_activity
), active AS MATERIALIZED (
    SELECT * FROM everybody WHERE ours AND state IS DISTINCT FROM 'idle'
), locks AS MATERIALIZED (
    SELECT *, {{waitstart}} AS since FROM pg_locks
    WHERE EXISTS (SELECT FROM active WHERE wait_event_type = 'Lock' OR backend_type IS NULL)
)
SELECT /* tmscdp */ 'c' AS kind, NULL::int AS pid, 'idle' AS name, NULL::text AS detail,
       NULL::text AS what, NULL::float8 AS ms, NULL::float8 AS xact_ms, NULL::float8 AS state_ms,
       count(*) FILTER (WHERE ours AND state = 'idle') AS number, NULL::oid AS relation,
       NULL::int AS page, NULL::smallint AS tuple, NULL::xid AS transactionid,
       NULL::oid AS classid, NULL::oid AS objid, NULL::smallint AS objsubid, NULL::bool AS granted
FROM everybody
UNION ALL
SELECT 'c', NULL, 'server', NULL, NULL, NULL, NULL, NULL, count(*), NULL, NULL, NULL, NULL, NULL,
       NULL, NULL, NULL
FROM everybody WHERE coalesce(backend_type, 'client backend') = 'client backend'
UNION ALL
SELECT 's', pid, state, backend_type, wait_event_type,
       extract(epoch FROM clock_timestamp() - query_start) * 1000,
       extract(epoch FROM clock_timestamp() - xact_start) * 1000,
       extract(epoch FROM clock_timestamp() - state_change) * 1000,
       hashtext(query)::int8 + 2147483648, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM active
UNION ALL
SELECT DISTINCT 'q', NULL::int, query, NULL, NULL, NULL::float8, NULL::float8, NULL::float8,
       hashtext(query)::int8 + 2147483648, NULL::oid, NULL::int, NULL::smallint, NULL::xid,
       NULL::oid, NULL::oid, NULL::smallint, NULL::bool
FROM active WHERE query <> ''
UNION ALL
SELECT 'l', pid, locktype, mode, coalesce(relation::regclass::text, virtualxid),
       extract(epoch FROM clock_timestamp() - since) * 1000, NULL, NULL, NULL,
       relation, page, tuple, transactionid, classid, objid, objsubid, granted
FROM locks
WHERE locktype = 'tuple'
   OR (locktype, coalesce(database, 0), coalesce(relation, 0), coalesce(page, -1),
       coalesce(tuple, -1::smallint), coalesce(transactionid::text, ''), coalesce(virtualxid, ''),
       coalesce(classid, 0), coalesce(objid, 0), coalesce(objsubid, -1::smallint)) IN
      (SELECT locktype, coalesce(database, 0), coalesce(relation, 0), coalesce(page, -1),
              coalesce(tuple, -1::smallint), coalesce(transactionid::text, ''), coalesce(virtualxid, ''),
              coalesce(classid, 0), coalesce(objid, 0), coalesce(objsubid, -1::smallint)
       FROM locks WHERE NOT granted)
UNION ALL
SELECT 't', NULL, NULL, NULL, NULL,
       extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000, NULL, NULL, NULL,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
