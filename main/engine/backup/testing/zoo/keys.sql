-- Every kind of key that ranges follow, or must not follow. The big tables of this theme come from big-keys.sql.
CREATE DATABASE zoo_keys CHARACTER SET utf8mb4;
USE zoo_keys;
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO';

CREATE TABLE nothing (id int PRIMARY KEY, v varchar(5));
CREATE TABLE nothing_keyless (v varchar(5));
CREATE TABLE keyless (a int, b varchar(20), c double);
INSERT INTO keyless VALUES (1, 'x', 0.1), (1, 'x', 0.1), (1, 'x', 0.1), (NULL, NULL, NULL), (NULL, NULL, NULL), (2, '', -0e0), (2, '', 0e0), (1, 'X', 0.1);
CREATE TABLE nullable_unique (a int, b int, UNIQUE KEY (a), KEY (b));
INSERT INTO nullable_unique VALUES (NULL, 1), (NULL, 1), (NULL, 2), (1, 1), (2, NULL), (-1, NULL);
CREATE TABLE all_null_key (a int, b varchar(9), UNIQUE KEY (a, b));
INSERT INTO all_null_key VALUES (NULL, NULL), (NULL, NULL), (NULL, 'x'), (NULL, 'x');
CREATE TABLE prefix_key (v varchar(100) NOT NULL, n int, PRIMARY KEY (v(3)));
INSERT INTO prefix_key VALUES ('abcdef', 1), ('abd', 2), ('守护者', 3), ('守护神', 4), ('', 5);
CREATE TABLE blob_key (b blob NOT NULL, t text NOT NULL, n int, PRIMARY KEY (b(4), t(2)), UNIQUE KEY u (t(3), n));
INSERT INTO blob_key VALUES (0x00, '', 1), (0x0000, 'a', 2), (0xff00ff00ff, 'ab', 3), (0xff00ff01, 'ab', 4);
CREATE TABLE long_unique (id int, v text, w varchar(3000), UNIQUE KEY v (v), UNIQUE KEY vw (v, w));
INSERT INTO long_unique VALUES (1, 'a', 'b'), (2, 'A!', 'b'), (3, NULL, 'b'), (4, NULL, 'b'), (5, REPEAT('守', 9000), '');
CREATE TABLE descending (a int NOT NULL, b varchar(10) NOT NULL, c int, PRIMARY KEY (a DESC, b), KEY (c DESC, a));
INSERT INTO descending VALUES (1, 'a', 1), (1, 'b', NULL), (-1, 'a', 3), (2147483647, '', 4);
CREATE TABLE binary_key (k binary(4) NOT NULL, w varbinary(6) NOT NULL, v int, PRIMARY KEY (k, w));
INSERT INTO binary_key VALUES (0x00000000, '', 1), (0x00000001, 0x00, 2), (0xffffffff, 0x0000, 3), ('a', 'a ', 4), ('a', 'a', 5), (0x61200000, 0x5c, 6), (0x0a1a275c, 0x22, 7);
CREATE TABLE real_key (f float NOT NULL, d double NOT NULL, v int, PRIMARY KEY (f, d));
INSERT INTO real_key VALUES (0.1, 0.1, 1), (-0e0, -0e0, 2), (1e-45, 5e-324, 3), (3.4028234e38, 1.7976931348623157e308, 4);
CREATE TABLE bit_key (b bit(40) NOT NULL PRIMARY KEY, v int);
INSERT INTO bit_key VALUES (0, 1), (1, 2), (1099511627775, 3);
CREATE TABLE enum_key (e enum('z', 'm', 'a', '') NOT NULL, s set('x', 'a') NOT NULL, v int, PRIMARY KEY (e, s));
INSERT INTO enum_key VALUES ('z', 'x', 1), ('a', 'a,x', 2), ('', '', 3), ('m', '', 4);
CREATE TABLE time_key (at timestamp(6) NOT NULL, t time(6) NOT NULL, y year NOT NULL, PRIMARY KEY (at, t, y));
INSERT INTO time_key VALUES ('2024-01-01 00:00:00.000001', '-838:59:59', 2000), ('2024-01-01 00:00:00.000001', '00:00:00', 2000), ('2024-01-01 00:00:00.000002', '00:00:00', 0);
CREATE TABLE decimal_key (d decimal(65,30) NOT NULL, u bigint unsigned NOT NULL, PRIMARY KEY (d, u));
INSERT INTO decimal_key VALUES (-99999999999999999999999999999999999.999999999999999999999999999999, 0), (0.000000000000000000000000000001, 18446744073709551615), (0, 9223372036854775808), (0, 9007199254740993);
CREATE TABLE uuid_key (u uuid NOT NULL, a inet6 NOT NULL, v int, PRIMARY KEY (u, a));
INSERT INTO uuid_key VALUES ('00000000-0000-0000-0000-000000000000', '::', 1), ('ffffffff-ffff-ffff-ffff-ffffffffffff', '::ffff:1.2.3.4', 2), ('123e4567-e89b-12d3-a456-426655440000', 'fe80::1', 3);
CREATE TABLE keys_of_all_kinds (
  id bigint unsigned NOT NULL AUTO_INCREMENT, FTS_DOC_ID bigint unsigned NOT NULL, body text, title varchar(100), g point NOT NULL, h int, i int, `j k` int,
  PRIMARY KEY (id), UNIQUE KEY FTS_DOC_ID_INDEX (FTS_DOC_ID), UNIQUE KEY `uni``que` (h, id), KEY plain (h) COMMENT 'it''s', KEY (title(7), i DESC), KEY ignored (i) IGNORED,
  SPATIAL KEY sp (g), FULLTEXT KEY ft (body), FULLTEXT KEY ft2 (title, body), KEY `a,b)` (`j k`)) AUTO_INCREMENT = 777;
INSERT INTO keys_of_all_kinds VALUES (0, 1, 'hello world', 'title', POINT(1, 2), 1, 1, 1), (18446744073709551000, 2, '守护', NULL, POINT(-1e300, 1e-300), NULL, NULL, NULL), (5, 9, NULL, '', POINT(0, 0), 1, 0, 2);
CREATE TABLE counter_second (kind varchar(5) NOT NULL, n int NOT NULL AUTO_INCREMENT, PRIMARY KEY (kind, n)) ENGINE = MyISAM;
INSERT INTO counter_second VALUES ('a', 1), ('a', 2), ('b', 1), ('', 0);
CREATE TABLE counter_ahead (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, v int) AUTO_INCREMENT = 1000;
INSERT INTO counter_ahead VALUES (1, 1), (2, 2);
CREATE TABLE counter_of_deleted (id tinyint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY);
INSERT INTO counter_of_deleted VALUES (1), (200);
DELETE FROM counter_of_deleted WHERE id = 200;
CREATE TABLE counter_empty (id int NOT NULL AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 4242;

-- Collations that call different texts equal, or equal-looking texts different. PAD: trailing spaces do not count.
CREATE TABLE ci (k varchar(20) COLLATE utf8mb4_general_ci NOT NULL PRIMARY KEY, n int);
INSERT INTO ci VALUES ('a', 1), ('B', 2), ('c ', 3), ('é', 4), ('Ω', 5), ('守', 6), ('😀', 7), ('', 8);
CREATE TABLE ai (k varchar(20) COLLATE utf8mb4_unicode_520_ci NOT NULL, n int NOT NULL, PRIMARY KEY (k, n));
INSERT INTO ai VALUES ('resume', 1), ('résumé', 2), ('RESUME', 3), ('ﬀ', 4), ('ff', 5), ('ß', 6), ('ss', 7), ('😀', 8), ('😁', 9), ('a', 10), ('a ', 11), ('a\t', 12);
CREATE TABLE nopad (k varchar(20) COLLATE utf8mb4_unicode_520_nopad_ci NOT NULL PRIMARY KEY, n int);
INSERT INTO nopad VALUES ('a', 1), ('a ', 2), ('a  ', 3), (' a', 4), ('', 5), (' ', 6);
CREATE TABLE nopad_bin (k varchar(20) COLLATE utf8mb4_nopad_bin NOT NULL PRIMARY KEY, n int);
INSERT INTO nopad_bin VALUES ('A', 1), ('a', 2), ('a ', 3), ('á', 4), ('á', 5);
CREATE TABLE swedish (k varchar(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci NOT NULL PRIMARY KEY, n int);
INSERT INTO swedish VALUES ('z', 1), ('å', 2), ('ö', 3), ('y', 4), ('\\', 5), ('''', 6);
CREATE TABLE in_gbk (k varchar(20) CHARACTER SET gbk NOT NULL PRIMARY KEY, c char(5) CHARACTER SET gbk, n int);
INSERT INTO in_gbk VALUES ('中文', '中', 1), ('誠\\', '\\', 2), ('运', NULL, 3), ('a', ' x', 4);
CREATE TABLE in_utf16 (k varchar(20) CHARACTER SET utf16 NOT NULL, k2 char(4) CHARACTER SET ucs2 NOT NULL, n int, PRIMARY KEY (k, k2));
INSERT INTO in_utf16 VALUES ('😀', '守', 1), ('a', '', 2), ('A ', 'x', 3);
