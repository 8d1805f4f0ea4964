SELECT /* tmscdp */ id::text FROM conversations WHERE id LIKE $1 LIMIT 2
