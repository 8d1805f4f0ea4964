SELECT /* tmscdp */ DISTINCT ON (queryid) queryid, query
FROM {{schema}}.pg_stat_statements
WHERE queryid = ANY ($1::int8[])
  AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
