SELECT /* tmscdp */ id::text FROM {{relation}} WHERE ctid = $1::tid
