SELECT /* tmscdp */ xact_commit, xact_rollback, deadlocks, temp_files, temp_bytes
FROM pg_stat_database WHERE datname = current_database()
