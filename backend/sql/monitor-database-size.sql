SELECT /* tmscdp */ relname AS "table", pg_size_pretty(pg_total_relation_size(relid)) AS "in all",
       pg_size_pretty(pg_relation_size(relid)) AS rows,
       pg_size_pretty(pg_indexes_size(relid)) AS indexes, n_live_tup AS "rows, about",
       n_dead_tup AS "dead ones",
       pg_size_pretty(pg_database_size(current_database())) AS "the database"
FROM pg_stat_user_tables ORDER BY pg_total_relation_size(relid) DESC LIMIT 20
