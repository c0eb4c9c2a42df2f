CREATE TABLE file(name TEXT, size REAL);
INSERT INTO file VALUES('file10', 10), ('file9', 40), ('File1', 2), ('file09b', 3), ('notes', NULL), ('file100', 7);
SELECT name FROM file ORDER BY name COLLATE numeric;
SELECT name FROM file WHERE name REGEXP '^file\d+$' ORDER BY name;
SELECT median(size), count(*) FROM file;
SELECT name LIKE 'f%', median(size) FROM file GROUP BY 1;
SELECT median(size) FROM file WHERE size > 1000;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20001) SELECT median(i), sum(('x' || i) REGEXP '7{2}') FROM n;
