SELECT /* tmscdp */ queryid, sum(calls)::int8, sum(rows)::int8, sum(total_exec_time)::float8,
       max(max_exec_time)::float8, count(*)
FROM {{schema}}.pg_stat_statements(false)
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
GROUP BY queryid
