SELECT /* tmscdp */ s.relid::regclass::text, seq_scan, seq_tup_read, coalesce(idx_scan, 0),
       n_tup_ins, n_tup_upd, n_tup_del, greatest(c.reltuples, s.n_live_tup)::int8
FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
ORDER BY 1
