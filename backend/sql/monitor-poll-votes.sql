SELECT /* tmscdp */ p.id AS poll, p.multiple_choice AS "several allowed",
       count(v.id) AS votes, count(DISTINCT v.user_id) AS voters,
       (SELECT count(*) FROM (SELECT FROM poll_votes d WHERE d.poll_id = p.id
                              GROUP BY d.user_id HAVING count(*) > 1) AS doubled)
           AS "users with several"
FROM polls p LEFT JOIN poll_votes v ON v.poll_id = p.id
GROUP BY p.id ORDER BY votes DESC, p.id LIMIT 20
