SELECT /* tmscdp */ relid::regclass::text, pg_total_relation_size(relid)
FROM pg_stat_user_tables ORDER BY 1
