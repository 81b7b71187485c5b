-- where SQLite would go its own way
CREATE TABLE q (id int PRIMARY KEY, a int, b text, c numeric(8,2));
INSERT INTO q VALUES (1, 5, 'x', 1.00), (2, 5, 'y', 2.00), (3, 6, 'X', NULL), (4, NULL, '10', 0.50), (5, 7, '9', 100);
CREATE TABLE r (k int, q_id int, w text, PRIMARY KEY (k));
INSERT INTO r VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c'), (4, NULL, 'd'), (5, 77, 'e');
-- a string that looks like a number is a string
SELECT id FROM q WHERE b > '5' ORDER BY b;
SELECT id FROM q WHERE b = '10';
SELECT max(b), min(b) FROM q;
SELECT b FROM q ORDER BY b;
SELECT id FROM q WHERE b LIKE 'x' ORDER BY id;
SELECT id FROM q WHERE b ILIKE 'x' ORDER BY id;
SELECT 'a' < 'B', 'a' = 'A', 'é' > 'z';
-- constants are no ordinals, and identifiers no strings
SELECT id FROM q ORDER BY 1 DESC;
SELECT a, id FROM q ORDER BY 2;
SELECT id FROM q ORDER BY 'x'::text, id;
SELECT id FROM q ORDER BY NULL::int, id DESC;
SELECT count(*) FROM q GROUP BY a, 'x'::text ORDER BY 1;
SELECT 'b' FROM q WHERE id = 1;
SELECT "b" FROM q WHERE id = 1;
-- grouped columns with min and max
SELECT a, min(b), max(id), count(*) FROM q GROUP BY a ORDER BY a;
SELECT a + 1, a * 2, max(c) FROM q GROUP BY a ORDER BY 1;
SELECT a, b, max(c) FROM q GROUP BY a, b ORDER BY a, b;
SELECT q.id, q.b, count(r.k) FROM q LEFT JOIN r ON r.q_id = q.id GROUP BY q.id ORDER BY q.id;
SELECT max(a) FILTER (WHERE b = 'x') FROM q;
SELECT count(*), count(a), count(DISTINCT a), sum(a), avg(a) FROM q WHERE a = 5;
SELECT avg(a), sum(c), avg(c) FROM q;
SELECT sum(a) / count(*) FROM q;
SELECT a FROM q GROUP BY a HAVING max(c) IS NULL OR max(c) > 1 ORDER BY a;
SELECT a, (SELECT count(*) FROM r WHERE r.q_id = min(q.id)) FROM q GROUP BY a ORDER BY a;
SELECT (SELECT max(k) FROM r WHERE r.q_id = q.id) AS m, count(*) FROM q GROUP BY 1 ORDER BY 1;
SELECT (SELECT sum(q.a)) FROM q;
SELECT (SELECT count(*) FROM r WHERE r.k < count(*)) FROM q;
-- integers stay integers
SELECT 7 / 2, -7 / 2, 7 % 3, -7 % 3, 7 / 2.0, 2 ^ 3, 7.0 / 2;
SELECT a / 2, a % 4, a * 1.5, a / 2.0 FROM q ORDER BY id;
SELECT 1 + 1.5, 0.1 + 0.2, 0.1::float8 + 0.2::float8, 1e20 + 1, 3.0 * 2;
SELECT 10 / 4 * 2.5, round(2.5), round(-2.5), round(2.5::float8), abs(-3), mod(7, 3);
-- booleans
SELECT id, a = 5 AS eq, (a = 5) = true, a = 5 IS TRUE, NOT (a = 5) FROM q ORDER BY id;
SELECT count(*) FILTER (WHERE a = 5), bool_or(a = 5), (count(*) > 3) FROM q;
SELECT id FROM q WHERE (a = 5) = (b = 'x') ORDER BY id;
SELECT true = false, true > false, true AND NULL, false OR NULL, NULL::bool IS NULL;
SELECT CASE WHEN a = 5 THEN true ELSE false END AS f, max(CASE WHEN a = 5 THEN 1 ELSE 0 END) FROM q GROUP BY 1 ORDER BY 1;
-- NULLs
SELECT NULL = NULL, NULL <> 1, 1 IN (NULL), 1 IN (1, NULL), 1 NOT IN (2, NULL), NULL IN (1), NULL IN (SELECT 1 WHERE false);
SELECT id FROM q WHERE a <> 5 ORDER BY id;
SELECT id FROM q WHERE a NOT IN (SELECT q_id FROM r) ORDER BY id;
SELECT id FROM q WHERE a NOT IN (SELECT q_id FROM r WHERE q_id IS NOT NULL) ORDER BY id;
SELECT NOT EXISTS (SELECT 1 FROM q WHERE false), EXISTS (SELECT NULL);
SELECT 1 = ALL (SELECT a FROM q WHERE a IS NULL), 1 = ALL (SELECT a FROM q WHERE false), 5 = ANY (SELECT a FROM q), 99 = ANY (SELECT a FROM q), 99 <> ALL (SELECT a FROM q WHERE a IS NOT NULL);
SELECT count(*) FROM q WHERE NOT (a IN (SELECT q_id FROM r));
SELECT id FROM q WHERE (a IN (SELECT q_id FROM r)) IS NULL ORDER BY id;
SELECT id FROM q WHERE NOT (id = ANY (SELECT q_id FROM r WHERE k < 4)) ORDER BY id;
SELECT id FROM q WHERE id > ANY (SELECT q_id FROM r) ORDER BY id;
SELECT id FROM q WHERE c > ALL (SELECT c FROM q q2 WHERE q2.id < q.id) ORDER BY id;
SELECT id FROM q WHERE (id, b) NOT IN (SELECT q_id, w FROM r WHERE q_id IS NOT NULL) ORDER BY id;
SELECT id FROM q WHERE (a, b) = (5, 'y');
SELECT id FROM q WHERE (a, b) > (5, 'x') ORDER BY id;
SELECT id FROM q WHERE (a, b) IN ((5, 'x'), (6, 'X')) ORDER BY id;
-- branches that are not taken must not raise
SELECT CASE WHEN a IS NULL THEN -1 WHEN a = 5 THEN 1 ELSE 1 / (a - 5) END FROM q ORDER BY id;
SELECT coalesce(1, 1 / 0), CASE 1 WHEN 1 THEN 'ok' ELSE (1 / 0)::text END;
SELECT id FROM q WHERE CASE WHEN a = 5 THEN true ELSE 10 / (a - 5) > 0 END ORDER BY id;
SELECT CASE WHEN false THEN (SELECT b FROM q) ELSE 'fine' END;
SELECT CASE WHEN b ~ '^[0-9]+$' THEN b::int END FROM q ORDER BY id;
-- outer joins
SELECT q.id, r.k FROM q LEFT JOIN r ON r.q_id = q.id WHERE r.k IS NULL ORDER BY 1;
SELECT q.id, r.k FROM q LEFT JOIN r ON r.q_id = q.id AND q.a = 5 ORDER BY 1, 2;
SELECT q.id, r.k FROM q LEFT JOIN r ON false ORDER BY 1;
SELECT q.id, r.k FROM q FULL JOIN r ON r.q_id = q.id WHERE q.id IS NULL OR r.k IS NULL ORDER BY 1, 2;
SELECT x.id, y.k, z.id FROM q x LEFT JOIN r y ON y.q_id = x.id LEFT JOIN q z ON z.id = y.k ORDER BY 1, 2, 3;
SELECT x.id, y.k, z.id FROM q x LEFT JOIN (r y LEFT JOIN q z ON z.id = y.k) ON y.q_id = x.id ORDER BY 1, 2, 3;
SELECT x.id, y.k FROM q x RIGHT JOIN r y ON x.id = y.q_id AND x.a = 5 ORDER BY 2;
SELECT x.id, s.k FROM q x LEFT JOIN (SELECT k, q_id, 'const' AS cst FROM r) s ON s.q_id = x.id AND s.cst = 'const' ORDER BY 1, 2;
SELECT x.id, s.cst FROM q x LEFT JOIN (SELECT q_id, 'const' AS cst FROM r) s ON s.q_id = x.id ORDER BY 1, 2;
SELECT x.id, coalesce(s.n, 0) FROM q x LEFT JOIN (SELECT q_id, count(*) AS n FROM r GROUP BY q_id) s ON s.q_id = x.id ORDER BY 1;
SELECT a.id, b.id FROM (q a JOIN q b ON a.id = b.a) ORDER BY 1, 2;
SELECT count(*) FROM q a CROSS JOIN q b CROSS JOIN q c;
SELECT * FROM q JOIN r ON r.q_id = q.id JOIN (SELECT 1 AS one) o ON o.one = r.k;
SELECT q.id, r.k FROM q FULL JOIN r ON q.id = r.q_id FULL JOIN (VALUES (1), (9)) v(x) ON v.x = q.id ORDER BY 1, 2;
SELECT count(*) FROM q NATURAL JOIN (SELECT id, 5 AS a FROM q) n;
SELECT id, l.* FROM q LEFT JOIN LATERAL (SELECT k, w FROM r WHERE r.q_id = q.id ORDER BY k DESC LIMIT 1) l ON true ORDER BY id;
SELECT id, l.n FROM q CROSS JOIN LATERAL (SELECT count(*) AS n FROM r WHERE r.q_id = q.id) l ORDER BY id;
SELECT x.id, l.id, m.k FROM q x, LATERAL (SELECT id FROM q WHERE q.a = x.a AND q.id <> x.id) l, LATERAL (SELECT k FROM r WHERE r.q_id = l.id) m ORDER BY 1, 2, 3;
SELECT id, u FROM q, LATERAL (SELECT a UNION ALL SELECT a * 10) s(u) WHERE a = 6 ORDER BY 2;
SELECT (SELECT l.z FROM LATERAL (SELECT q.a + 1 AS z) l) FROM q ORDER BY id;
-- nested queries
SELECT * FROM (SELECT * FROM (SELECT id, a FROM q ORDER BY id DESC LIMIT 3) x ORDER BY id LIMIT 2) y ORDER BY id DESC;
SELECT id FROM q WHERE id IN (SELECT id FROM q ORDER BY id DESC LIMIT 2) ORDER BY id;
SELECT id, (SELECT count(*) FROM q q2 WHERE q2.a = q.a AND EXISTS (SELECT 1 FROM r WHERE r.q_id = q2.id AND r.q_id <> q.id)) FROM q ORDER BY id;
SELECT (SELECT (SELECT q.a + r.k) FROM r WHERE r.q_id = q.id ORDER BY k LIMIT 1) FROM q ORDER BY id;
SELECT a FROM (SELECT a FROM q UNION ALL SELECT k FROM r) u GROUP BY a HAVING count(*) > 1 ORDER BY a;
SELECT count(*) FROM (SELECT DISTINCT a FROM q) d;
SELECT s.a FROM (SELECT a, count(*) OVER (PARTITION BY a) AS n FROM q) s WHERE s.n = 2 ORDER BY 1;
SELECT x FROM (VALUES (1), (2), (3)) v(x) WHERE x = (SELECT max(x) FROM (VALUES (1), (2)) w(x) WHERE w.x < v.x);
WITH t AS (SELECT a, count(*) AS n FROM q GROUP BY a) SELECT * FROM t WHERE n = (SELECT max(n) FROM t);
WITH t AS (SELECT 1 AS x UNION ALL SELECT 2), u AS (SELECT x * 10 AS y FROM t) SELECT (SELECT sum(y) FROM u), x FROM t ORDER BY x;
WITH RECURSIVE tree(k, depth) AS (SELECT 1, 0 UNION ALL SELECT r.k, depth + 1 FROM r JOIN tree ON r.q_id = tree.k AND r.k <> tree.k WHERE depth < 4) SELECT k, min(depth) FROM tree GROUP BY k ORDER BY k;
WITH RECURSIVE t(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM t WHERE x < 3) SELECT t.x, q.b FROM t LEFT JOIN q ON q.id = t.x ORDER BY 1;
WITH RECURSIVE a(x) AS (SELECT 1 UNION SELECT 2), b(y) AS (SELECT x FROM a UNION ALL SELECT y + 10 FROM b WHERE y < 10) SELECT * FROM b ORDER BY y;
-- DISTINCT, ORDER BY, LIMIT together
SELECT DISTINCT a + 1 FROM q ORDER BY a + 1 DESC;
SELECT DISTINCT a, count(*) FROM q GROUP BY a ORDER BY count(*) DESC, a LIMIT 2;
SELECT DISTINCT lower(b) AS l FROM q ORDER BY l;
SELECT DISTINCT ON (lower(b)) b, id FROM q ORDER BY lower(b), id DESC;
SELECT DISTINCT ON (a) a, id, c FROM q WHERE a IS NOT NULL ORDER BY a DESC, c DESC;
SELECT DISTINCT ON (1) a, b FROM q ORDER BY a, b DESC;
SELECT id FROM q ORDER BY a NULLS FIRST, b DESC LIMIT 3;
SELECT id FROM q ORDER BY a IS NULL, a DESC, id;
SELECT id FROM q ORDER BY CASE WHEN a = 6 THEN 0 ELSE 1 END, id;
SELECT id AS a FROM q ORDER BY a;
SELECT a AS id FROM q ORDER BY id NULLS FIRST;
SELECT b FROM q ORDER BY length(b), b;
SELECT a, sum(id) FROM q GROUP BY a ORDER BY sum(id) DESC, a LIMIT 2 OFFSET 1;
SELECT id FROM q ORDER BY (SELECT count(*) FROM r WHERE r.q_id = q.id) DESC, id;
-- strings with what SQL text could be made of
SELECT 'it''s', 'a;b', '--c', '"d"', E'tab\tnew\nline', '?1', ':x', '$1', '{0}', '%s';
SELECT id FROM q WHERE b = ''' OR 1=1 --';
SELECT 'x' || NULL, NULL || 'x', 'a' || 1 || true;
SELECT '' = '', '' IS NULL, length(''), 'x' = 'x ', 'x'::char(3) = 'x';
-- UPDATE and DELETE in odd shapes
UPDATE q SET a = (SELECT count(*) FROM r WHERE r.q_id = q.id), c = c + a WHERE id IN (SELECT q_id FROM r) RETURNING id, a, c;
UPDATE q SET a = a, b = b || '!' WHERE a IS NULL RETURNING *;
UPDATE q SET a = r.k * 100 FROM r WHERE r.q_id = q.id AND r.w = 'b' RETURNING q.id, q.a, r.w;
UPDATE q AS t SET b = s.n::text FROM (SELECT q_id, count(*) AS n FROM r GROUP BY q_id) s WHERE s.q_id = t.id RETURNING t.id, t.b, s.n;
UPDATE r SET q_id = q_id + 1 WHERE k = (SELECT min(k) FROM r) RETURNING *;
WITH x AS (SELECT id FROM q WHERE a > 100) UPDATE q SET c = 9 FROM x WHERE q.id = x.id RETURNING q.id;
WITH x AS (SELECT 3 AS id) DELETE FROM q USING x WHERE q.id = x.id RETURNING q.b;
DELETE FROM r WHERE NOT EXISTS (SELECT 1 FROM q WHERE q.id = r.q_id) RETURNING k;
DELETE FROM q WHERE id = 1 OR a = (SELECT max(a) FROM q) RETURNING id;
INSERT INTO r SELECT k + 10, q_id, w FROM r UNION ALL SELECT 100, NULL, 'z' RETURNING k;
INSERT INTO r (k) VALUES (200), (201) RETURNING k, q_id, w;
INSERT INTO r (w, k) SELECT b, id + 1000 FROM q ORDER BY id LIMIT 1 RETURNING *;
WITH x(a, b) AS (VALUES (300, 'cte')) INSERT INTO r (k, w) SELECT a, b FROM x RETURNING k, w;
INSERT INTO r VALUES (400, (SELECT max(id) FROM q), lower('UP')) RETURNING *;
UPDATE r SET k = k - 1 WHERE k > 200;
SELECT * FROM r ORDER BY k;
SELECT * FROM q ORDER BY id;
-- subqueries of RETURNING and ON CONFLICT see what was there before the statement
CREATE TABLE seen (id int PRIMARY KEY, v int);
INSERT INTO seen VALUES (1, 1), (2, 2) RETURNING id, (SELECT count(*) FROM seen);
UPDATE seen SET v = v + 10 RETURNING id, v, (SELECT sum(v) FROM seen);
DELETE FROM seen WHERE id = 2 RETURNING id, (SELECT count(*) FROM seen);
INSERT INTO seen VALUES (3, 3), (1, 1) ON CONFLICT (id) DO UPDATE SET v = (SELECT count(*) FROM seen) RETURNING id, v, (SELECT max(id) FROM seen);
BEGIN;
INSERT INTO seen VALUES (7, 7);
INSERT INTO seen VALUES (8, 8), (9, 9) RETURNING id, (SELECT count(*) FROM seen);
UPDATE seen SET v = 0 WHERE id > 7 RETURNING id, v, (SELECT sum(v) FROM seen);
INSERT INTO seen VALUES (9, 0), (10, 0) ON CONFLICT (id) DO UPDATE SET v = (SELECT count(*) FROM seen) RETURNING id, v;
COMMIT;
-- rows as values
SELECT ROW(1, 'a', NULL, true, 1.50, 'x y', '', '"q"', 'b\s', '(p)'), ROW(), ROW(NULL), ROW(ROW(1, 'a b'), 2);
SELECT ROW(id, v) FROM seen ORDER BY id;
SELECT ROW(id, b, c) FROM q ORDER BY id;
SELECT ROW(ARRAY[1, 2], DATE '2024-01-01', 'ab'::char(4));
