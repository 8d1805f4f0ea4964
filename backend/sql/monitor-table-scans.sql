SELECT /* tmscdp */ relname AS "table", seq_scan AS "whole scans",
       seq_tup_read AS "rows read by them", coalesce(idx_scan, 0) AS "index scans",
       round(100.0 * seq_scan / nullif(seq_scan + coalesce(idx_scan, 0), 0), 1) AS "% whole",
       n_live_tup AS rows
FROM pg_stat_user_tables ORDER BY seq_tup_read DESC LIMIT 20
