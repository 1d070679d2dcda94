-- What source/mysql/testing/every-type.sql.ts does not hold yet: wide enums and sets, compressed columns, JSON that is nearly text,
-- defaults of every kind, rows with the id 0.
CREATE DATABASE zoo_types_more CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE zoo_types_more;
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO';

CREATE TABLE enums (
  id int PRIMARY KEY,
  odd enum('a', 'A ', 'it''s', '"quoted"', 'b,c', '', '守护', 'back\\slash', 'ta\tb', 'new\nline', '0', '1', 'NULL', '\\N', '`') COLLATE utf8mb4_bin,
  folded enum('Straße', 'é') COLLATE utf8mb4_general_ci,
  in_gbk enum('一', '乗') CHARACTER SET gbk,
  in_ucs2 enum('守', '护') CHARACTER SET ucs2,
  odd_set set('x', 'Y', '守', 'it''s', ' lead', '', '\\') COLLATE utf8mb4_bin);
SET SESSION sql_mode = '';
INSERT INTO enums VALUES
  (1, 'a', 'Straße', '一', '守', 'x,Y,守,it''s'), (2, 'A ', 'é', '乗', '护', ''), (3, 'it''s', NULL, NULL, NULL, ' lead,\\'),
  (4, '"quoted"', 'strasse', 'x', 'y', 'nobody'), (5, 'b,c', 'E', '', '', 'x,nobody'), (6, '', '', NULL, NULL, NULL),
  (7, '守护', 1, 1, 1, 127), (8, 'back\\slash', 2, 2, 2, 64), (9, 'ta\tb', 0, 0, 0, 0), (10, 'new\nline', NULL, NULL, NULL, 1),
  (11, '0', NULL, NULL, NULL, 2), (12, '1', NULL, NULL, NULL, 4), (13, 'NULL', NULL, NULL, NULL, 8), (14, '\\N', NULL, NULL, NULL, 16),
  (15, '`', NULL, NULL, NULL, 32), (16, 6, NULL, NULL, NULL, NULL), (17, 'no member at all', 'none', 'none', 'none', 'none');

CREATE TABLE compressed_columns (
  id int PRIMARY KEY,
  v varchar(5000) COMPRESSED,
  t text COMPRESSED CHARACTER SET gbk,
  b mediumblob COMPRESSED);
INSERT INTO compressed_columns VALUES
  (1, REPEAT('守护', 1000), REPEAT('中', 5000), REPEAT(0x00ff0a5c, 20000)), (2, '', '', ''), (3, NULL, NULL, NULL), (4, 'short', 'x', 0x00);

CREATE TABLE json_like (id int PRIMARY KEY, j json, free longtext, checked text CHECK (checked IS NULL OR json_valid(checked)));
INSERT INTO json_like VALUES
  (1, 'null', 'null', 'null'), (2, NULL, NULL, NULL), (3, '"\\\\n"', '\\n', '"\\u5b88"'), (4, '{"a":"😀\\u0000"}', '{', '[1e400, 1.10, 18446744073709551616]'),
  (5, '{"a":1,"a":2}', '', '{ "b" : 1 }'), (6, '""', ' ', '{"":""}');

CREATE TABLE no_value_lost (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  made datetime DEFAULT CURRENT_TIMESTAMP,
  made6 datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  stamp timestamp NOT NULL DEFAULT '0000-00-00 00:00:00',
  stamp2 timestamp NULL ON UPDATE CURRENT_TIMESTAMP,
  token char(36) DEFAULT (uuid()),
  day date DEFAULT (curdate() + interval 1 day),
  amount decimal(10,2) DEFAULT (1 + 2 * 3),
  flags bit(3) DEFAULT b'101',
  body text DEFAULT ('it''s \\ 守护'),
  note varchar(30) CHARACTER SET gbk DEFAULT '默认\'',
  hidden int INVISIBLE DEFAULT 9,
  hidden_null varchar(5) INVISIBLE);
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
INSERT INTO no_value_lost (id, made, made6, stamp, stamp2, token, day, hidden, hidden_null) VALUES
  (0, '2001-01-01', '2001-01-01 00:00:00.000001', '0000-00-00 00:00:00', NULL, 'not a uuid', '0000-00-00', 1, 'seen'),
  (-5, NULL, '2001-01-01', '2001-01-01', '2001-01-02', NULL, NULL, NULL, NULL),
  (9000000000000000000, '2002-02-02', '2002-02-02', '2002-02-02', NULL, '', '2024-02-29', 0, '');
SET SESSION sql_mode = '';

-- A shop older than strictness: 2024-02-31, month 0, day 0, hours beyond a day.
SET SESSION sql_mode = 'ALLOW_INVALID_DATES';
CREATE TABLE odd_dates (d date NOT NULL, dt datetime(2), t time(3), y year, n int, PRIMARY KEY (d, n), KEY (dt));
INSERT INTO odd_dates VALUES
  ('0000-00-00', '0000-00-00', '-838:59:59', 0, 1), ('2024-02-31', '2024-02-30 23:59:59.99', '838:59:59', 1901, 2), ('2024-00-00', '2024-00-01', '24:00:00', 2155, 3),
  ('2024-12-00', '0000-01-01', '-00:00:00.001', 2000, 4), ('9999-12-31', '9999-12-31 23:59:59.99', '00:00:00', NULL, 5), ('0001-01-01', '0000-00-00 12:00:00', NULL, 1970, 6);
SET SESSION sql_mode = '';

-- The same second twice a year: only the instant may decide (mysqldump lost one of the two).
SET SESSION time_zone = '+00:00';
CREATE TABLE summer_time (at timestamp(6) NOT NULL PRIMARY KEY, local datetime);
INSERT INTO summer_time VALUES
  ('2010-10-30 22:00:00', NULL), ('2010-10-30 22:30:00', NULL), ('2010-10-30 23:00:00', NULL), ('2010-10-30 23:30:00.000001', NULL), ('2010-10-31 00:00:00', NULL),
  ('2010-03-27 23:59:59', '2010-03-28 02:30:00'), ('1970-01-01 00:00:01', NULL), ('2038-01-19 03:14:07.999999', NULL);
