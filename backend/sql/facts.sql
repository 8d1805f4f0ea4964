SELECT /* tmscdp */ current_setting('server_version'),
       current_setting('max_connections')::int,
       (SELECT quote_ident(nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace
        WHERE extname = 'pg_stat_statements'),
       pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'),
       current_user,
       current_setting('superuser_reserved_connections')::int
