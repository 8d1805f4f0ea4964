-- What `tmscdp monitor --reset-votes` would remove.
SELECT /* tmscdp */ p.id AS "seeded poll", count(v.id) AS "votes to remove",
       count(DISTINCT v.user_id) AS voters
FROM polls p LEFT JOIN poll_votes v ON v.poll_id = p.id
WHERE p.id {{seeded_poll}} GROUP BY p.id ORDER BY p.id LIMIT 20
