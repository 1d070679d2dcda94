-- What MySQL 9 has of its own. Each database follows a theme of the same name beside this folder.
CREATE DATABASE zoo_mysql CHARACTER SET utf8mb4 COLLATE utf8mb4_zh_0900_as_cs;
USE zoo_mysql;
SET SESSION sql_mode = '';

-- Keys over expressions, also beside columns, unique, descending, over JSON arrays; keys that the optimizer does not see.
CREATE TABLE functional (
  id bigint NOT NULL AUTO_INCREMENT, name varchar(40), born datetime(3), tags json, price decimal(10,2), `odd ``col` int,
  PRIMARY KEY (id DESC),
  KEY by_lower ((lower(name)), id DESC),
  UNIQUE KEY `uni``que` ((concat(name, '`;''\\', born))),
  KEY by_month ((month(born)) DESC, `odd ``col`),
  KEY by_tag ((CAST(tags->'$.list' AS unsigned ARRAY))),
  KEY by_words (name, (CAST(tags->'$.words' AS char(20) ARRAY)), price),
  KEY by_prefix (name(5) DESC) COMMENT 'it''s (5)',
  KEY unseen (price) INVISIBLE,
  UNIQUE KEY unseen_unique (price, id) INVISIBLE) AUTO_INCREMENT = 1000;
INSERT INTO functional (id, name, born, tags, price, `odd ``col`) VALUES
  (1, '十元卡', '2024-02-29 23:59:59.999', '{"list": [3, 1, 2], "words": ["守", "护"]}', 9.90, 1), (2, 'ABC', NULL, '{"list": [], "words": []}', NULL, NULL),
  (3, 'abc', '0000-00-00', NULL, -0.01, 2), (-4, NULL, '2024-12-01', '{"list": 18446744073709551615}', 1, 3), (5, 'abcdef ', '2024-12-31', '{"list": [1, 1, 1]}', 1, 3);
CREATE TABLE ranked (a int NOT NULL, b varchar(20) COLLATE utf8mb4_0900_ai_ci NOT NULL, c int, PRIMARY KEY (a, b DESC), UNIQUE KEY (c DESC, a));
INSERT INTO ranked VALUES (1, 'a', 1), (1, 'b', 2), (1, 'Öl', 3), (2, '', NULL), (-1, '守', NULL);
-- The only unique key is over an expression: nothing to cut ranges at.
CREATE TABLE only_functional (a int NOT NULL, b int NOT NULL, UNIQUE KEY k ((a * 100 + b)));
INSERT INTO only_functional VALUES (1, 2), (3, 4), (0, 0), (1, 3);

-- Columns that SELECT * does not give, computed ones among them.
CREATE TABLE unseen_columns (
  id int INVISIBLE NOT NULL PRIMARY KEY, a int, hidden varchar(10) INVISIBLE DEFAULT 'x', twice int AS (a * 2) VIRTUAL INVISIBLE, thrice int AS (a * 3) STORED INVISIBLE COMMENT 'INVISIBLE');
INSERT INTO unseen_columns (id, a, hidden) VALUES (1, 5, 'seen'), (2, NULL, NULL), (3, 0, '');
CREATE TABLE all_but_one_unseen (v int, w int INVISIBLE);
INSERT INTO all_but_one_unseen (v, w) VALUES (1, 2), (1, 2), (NULL, NULL);

-- Primary keys that the server made, seen and hidden; its counter goes on.
SET SESSION sql_generate_invisible_primary_key = ON;
CREATE TABLE made_key (v varchar(10), n int, KEY (n)) COMMENT 'gipk';
INSERT INTO made_key VALUES ('x', 1), ('x', 1), (NULL, NULL);
DELETE FROM made_key WHERE my_row_id = 2;
INSERT INTO made_key VALUES ('守', 3);
CREATE TABLE made_key_empty (v int) AUTO_INCREMENT = 77;
SET SESSION sql_generate_invisible_primary_key = OFF;
CREATE TABLE no_key_at_all (my_row_id bigint, v int);
INSERT INTO no_key_at_all VALUES (1, 1), (1, 1), (NULL, NULL);

-- CHECKs that hold nobody back, and rows that break them; switched off after the rows came.
CREATE TABLE unenforced (
  id int PRIMARY KEY, n int CHECK (n > 0) NOT ENFORCED, m int, `m ``1` varchar(20) CONSTRAINT `a``b` CHECK (`m ``1` <> 'it''s \\'),
  CONSTRAINT `n, m` CHECK (n < m) /*!80016 NOT ENFORCED */, CONSTRAINT enforced CHECK ((m is null) or (json_valid(`m ``1`) in (0, 1))), CONSTRAINT later CHECK (id < 100));
INSERT INTO unenforced VALUES (1, -1, 5, ''), (2, 9, 3, 'x'), (3, NULL, NULL, NULL);
ALTER TABLE unenforced ALTER CHECK later NOT ENFORCED;
INSERT INTO unenforced VALUES (4000, 0, 0, '守');

-- Defaults that are expressions, of types that had none.
CREATE TABLE expressions (
  id int PRIMARY KEY DEFAULT (7 * 6), u binary(16) DEFAULT (uuid_to_bin(uuid())), t text DEFAULT ('it''s \\ 守护'), j json DEFAULT (json_object('a', json_array(1, '守'))),
  g point DEFAULT (point(1, 2)) SRID 0, b blob DEFAULT (x'00ff'), d date DEFAULT (curdate() + interval 1 day), dt datetime(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  e enum('a', 'b') COLLATE utf8mb4_0900_bin DEFAULT 'b', v vector(2) DEFAULT (string_to_vector('[1,2]')), bits bit(5) DEFAULT b'10101', s varchar(20) CHARACTER SET gbk DEFAULT (_utf8mb4'默认'));
INSERT INTO expressions (id, u, d, dt) VALUES (1, 0x0123456789abcdef0123456789abcdef, '2001-01-01', '2001-01-01 00:00:00.000001'), (2, NULL, NULL, NULL), (0, 0x00, '0000-00-00', '2024-01-01');
INSERT INTO expressions VALUES (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

-- VECTOR: 32-bit floats in octets that may look like anything.
CREATE TABLE vectors (id int PRIMARY KEY, three vector(3) NOT NULL, free vector, wide vector(2048));
INSERT INTO vectors VALUES
  (1, STRING_TO_VECTOR('[1,2.5,-3]'), NULL, NULL), (2, 0x000000000000008001000000, STRING_TO_VECTOR('[3.4028234e38]'), NULL),
  (3, 0x5c5c5c5c2727272700000000, 0x0a0d1a00, STRING_TO_VECTOR(CONCAT('[', REPEAT('0.1,', 2047), '9]'))), (4, 0x0909090922222222ffff7f7f, 0x5c4e0000, NULL);

-- Geometry of one reference system, with an index and without.
CREATE TABLE places (
  id int PRIMARY KEY, p point NOT NULL SRID 4326, anything geometry SRID 0, free geometry, line linestring SRID 3857, many geomcollection NOT NULL SRID 0,
  SPATIAL KEY by_place (p), SPATIAL KEY (many) COMMENT 'x');
INSERT INTO places VALUES
  (1, ST_GeomFromText('POINT(39.9042 116.4074)', 4326), POINT(-0e0, 1e300), ST_GeomFromText('POINT(1 2)', 4326), ST_GeomFromText('LINESTRING(0 0,1 1)', 3857), ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))')),
  (2, ST_GeomFromText('POINT(-90 -180)', 4326, 'axis-order=lat-long'), NULL, NULL, NULL, ST_GeomFromText('GEOMETRYCOLLECTION EMPTY'));

-- JSON as the server keeps it: binary, sorted, with types that JSON text has not.
CREATE TABLE documents (
  id int PRIMARY KEY, j json NOT NULL, title varchar(30) AS (j->>'$.title') STORED, n bigint AS (j->'$.n') VIRTUAL, ok tinyint AS (j->'$.ok' = true) VIRTUAL,
  checked json CHECK (json_schema_valid('{"type":"object"}', checked)), KEY (n), UNIQUE KEY (title));
INSERT INTO documents (id, j, checked) VALUES
  (1, '{"title": "守护 \\"x\\" \\\\n \\u0000 😀", "n": 18446744073709551, "ok": true, "a": 1, "A": 2, "": 3, "b": {}}', '{}'), (2, 'null', NULL), (3, '"null"', '{"a": null}'), (4, '[]', NULL),
  (5, CAST(CAST('2024-01-01 10:00:00.000001' AS datetime(6)) AS json), NULL), (6, CAST(CAST('-838:59:59' AS time) AS json), NULL), (7, CAST(CAST('2024-02-29' AS date) AS json), NULL),
  (8, JSON_OBJECT('u', 18446744073709551615, 'i', -9223372036854775808, 'd', 1e300, 'f', 0.1e0, 'dec', 0.10, 'big', 123456789012345678901234567890.123, 'zero', -0e0, 'bits', b'101', 'oct', 0x00ff, 'geo', POINT(1, 2)), NULL),
  (9, JSON_ARRAY(CAST('x' AS binary), CAST(1.0 AS decimal(5,3)), 1e0, 1, '1', true, NULL), NULL), (10, CONCAT('"', REPEAT('守\\n', 30000), '"'), NULL), (11, '1', NULL), (12, '1.0', NULL), (13, '1e2', NULL), (14, 'true', NULL);

-- Every collation of MySQL 9 that calls texts equal in its own way, as keys. NO PAD: trailing spaces count.
CREATE TABLE ai_ci (k varchar(20) COLLATE utf8mb4_0900_ai_ci NOT NULL PRIMARY KEY, n int);
INSERT INTO ai_ci VALUES ('a', 1), ('a ', 2), ('a  ', 3), (' a', 4), ('', 5), ('B', 6), ('守', 7), ('😀', 8), ('ß', 9), ('ﬀ', 10), ('ø', 11);
CREATE TABLE as_cs (k varchar(20) COLLATE utf8mb4_0900_as_cs NOT NULL PRIMARY KEY, n int);
INSERT INTO as_cs VALUES ('a', 1), ('A', 2), ('á', 3), ('Á', 4), ('a ', 5), ('ss', 6), ('ß', 7), ('が', 8), ('か', 9);
CREATE TABLE in_0900_bin (k varchar(20) COLLATE utf8mb4_0900_bin NOT NULL PRIMARY KEY, n int);
INSERT INTO in_0900_bin VALUES ('a', 1), ('A', 2), ('a ', 3), ('á', 4), (_utf8mb4 x'61cc81', 5), ('\\', 6), ('''', 7);
CREATE TABLE in_chinese (k varchar(20) NOT NULL, n int NOT NULL, v char(5) COLLATE utf8mb4_ja_0900_as_cs_ks, PRIMARY KEY (k, n));
INSERT INTO in_chinese VALUES ('守', 1, 'カ'), ('护', 2, 'か'), ('甲', 3, NULL), ('乙', 4, ''), ('乙', 5, 'x ');

-- Rows that LOAD DATA and the dictionary treat on their own.
CREATE TABLE `表 ``x``.`` 守` (a int);
CREATE TABLE compact (id int PRIMARY KEY, v varchar(5)) ENGINE = InnoDB ROW_FORMAT = COMPACT STATS_PERSISTENT = 1 STATS_AUTO_RECALC = 0 AUTOEXTEND_SIZE = 4M COMMENT = 'it''s \\ "x"';
INSERT INTO compact VALUES (1, 'c');
CREATE TABLE attributes (id int PRIMARY KEY, v varchar(20) SECONDARY_ENGINE_ATTRIBUTE '{"a": "守"}', KEY k (v) SECONDARY_ENGINE_ATTRIBUTE '{"b": 1}') SECONDARY_ENGINE_ATTRIBUTE = '{"c": "it''s"}';
INSERT INTO attributes VALUES (1, 'x');
CREATE TABLE not_secondary (id int PRIMARY KEY, v varchar(20) NOT SECONDARY) SECONDARY_ENGINE = nowhere;
INSERT INTO not_secondary VALUES (1, 'x');

-- Partitions of partitions, named and counted; keys of partitions that must not be taken for text.
CREATE TABLE sub_counted (id int NOT NULL, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE COLUMNS (d) SUBPARTITION BY LINEAR KEY (id) SUBPARTITIONS 2
  (PARTITION `旧 ``1` VALUES LESS THAN ('2020-01-01'), PARTITION p1 VALUES LESS THAN (MAXVALUE));
INSERT INTO sub_counted VALUES (1, '2019-12-31'), (2, '2020-01-01'), (3, '9999-12-31'), (4, '0001-01-01');
CREATE TABLE by_algorithm (k varchar(20) NOT NULL PRIMARY KEY) PARTITION BY KEY ALGORITHM = 1 (k) PARTITIONS 3;
INSERT INTO by_algorithm VALUES ('a'), ('守'), ('');
CREATE TABLE by_many (a int, b varchar(5), c datetime) PARTITION BY LIST COLUMNS (a, b) (PARTITION p0 VALUES IN ((1, 'x'), (NULL, 'it''s')), PARTITION p1 VALUES IN ((2, NULL), (3, '守')));
INSERT INTO by_many VALUES (1, 'x', NULL), (NULL, 'it''s', '2024-01-01'), (2, NULL, NULL), (3, '守', NULL);

-- Foreign keys onto keys that are not unique, onto expressions' tables, and onto a table with a made key.
SET SESSION restrict_fk_on_non_standard_key = OFF, foreign_key_checks = 0;
CREATE TABLE loose_parent (id int PRIMARY KEY, a int, b int, KEY (a, b));
CREATE TABLE loose_child (id int PRIMARY KEY, a int, b int, CONSTRAINT `to ``loose` FOREIGN KEY (a) REFERENCES loose_parent (a) ON DELETE RESTRICT ON UPDATE CASCADE, CONSTRAINT to_half FOREIGN KEY (a, b) REFERENCES loose_parent (a, b));
INSERT INTO loose_parent VALUES (1, 1, 1), (2, 1, 2);
INSERT INTO loose_child VALUES (1, 1, 1), (2, 99, 99), (3, NULL, 1);
SET SESSION restrict_fk_on_non_standard_key = ON, foreign_key_checks = 1;

-- Objects: functions in views, lateral tables, windows, JSON tables; triggers in order with owners; events with ends; a view of a made key.
CREATE DEFINER = `zoo author`@`%` SQL SECURITY INVOKER VIEW windows AS SELECT id, name, ROW_NUMBER() OVER (PARTITION BY price ORDER BY id DESC) AS `n``th`, SUM(price) OVER w AS total FROM functional WINDOW w AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);
CREATE VIEW unfolded AS SELECT f.id, t.tag, t.nth FROM functional f, JSON_TABLE(f.tags, '$.list[*]' COLUMNS (nth FOR ORDINALITY, tag bigint PATH '$' DEFAULT '0' ON EMPTY NULL ON ERROR)) AS t;
CREATE VIEW sideways AS SELECT p.id, x.most FROM loose_parent p, LATERAL (SELECT MAX(c.id) AS most FROM loose_child c WHERE c.a = p.a) AS x;
CREATE VIEW made AS SELECT my_row_id, v FROM made_key;
CREATE VIEW of_values AS VALUES ROW (1, '守'), ROW (2, 'it''s');
CREATE VIEW both_sides AS SELECT a FROM loose_parent INTERSECT SELECT a FROM loose_child EXCEPT SELECT id FROM compact;
CREATE ROLE zoo_mysql_role;
DELIMITER //
CREATE DEFINER = `zoo author`@`%` TRIGGER t_b BEFORE INSERT ON compact FOR EACH ROW SET NEW.v = CONCAT(NEW.v, 'b')//
CREATE TRIGGER t_a BEFORE INSERT ON compact FOR EACH ROW PRECEDES t_b SET NEW.v = CONCAT(NEW.v, 'a')//
CREATE DEFINER = zoo_mysql_role@`%` TRIGGER t_c BEFORE INSERT ON compact FOR EACH ROW FOLLOWS t_a BEGIN
  -- between
  SET NEW.v = CONCAT(NEW.v, 'c'); /*+ no hint */
END//
CREATE PROCEDURE of_json(INOUT j json, IN v vector(3), g geometry) READS SQL DATA COMMENT '守 ''x'' \\' SELECT j->>'$.a', VECTOR_DIM(v), ST_SRID(g)//
CREATE FUNCTION to_json(t text CHARACTER SET gbk COLLATE gbk_bin) RETURNS json DETERMINISTIC RETURN JSON_OBJECT('守', t)//
CREATE DEFINER = `zoo author`@`%` EVENT tidy ON SCHEDULE EVERY 5 MINUTE STARTS '2031-01-01 00:00:00' ENDS '2032-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE ON SLAVE COMMENT '守' DO DELETE FROM compact WHERE id < 0//
DELIMITER ;
ANALYZE TABLE functional UPDATE HISTOGRAM ON price WITH 4 BUCKETS;
