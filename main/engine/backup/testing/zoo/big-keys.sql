-- Tables of several megabytes, so that their ranges are cut inside keys of each kind (one chunk is about 2 MiB).
CREATE DATABASE zoo_big_keys CHARACTER SET utf8mb4;
USE zoo_big_keys;
SET SESSION sql_mode = '';

CREATE TABLE text_key (k varchar(60) COLLATE utf8mb4_unicode_ci NOT NULL, v varchar(600), flag int DEFAULT 0, PRIMARY KEY (k));
INSERT INTO text_key (k, v) SELECT CONCAT(ELT(seq % 7 + 1, 'É', 'e', '守', 'ss', 'ß', '😀', 'Z'), seq, IF(seq % 3 = 0, ' ', ''), ELT(seq % 5 + 1, '', 'x', '''', '\\', '\n')), REPEAT(MD5(seq), 15) FROM seq_1_to_12000;
CREATE TABLE composite_key (day date NOT NULL, shop varchar(20) CHARACTER SET gbk NOT NULL, n bigint unsigned NOT NULL, v varchar(600), PRIMARY KEY (day, shop, n));
INSERT INTO composite_key SELECT '2024-01-01' + INTERVAL seq % 3 DAY, ELT(seq % 4 + 1, '店', 'a', 'A1', ''), 18446744073709551615 - seq, REPEAT(MD5(seq), 15) FROM seq_1_to_12000;
CREATE TABLE binary_key (k varbinary(20) NOT NULL PRIMARY KEY, v varchar(600));
INSERT INTO binary_key SELECT UNHEX(LEFT(SHA1(seq), 2 + seq % 5 * 2 + 8)), REPEAT(MD5(seq), 15) FROM seq_1_to_9000;
CREATE TABLE signed_key (id bigint NOT NULL PRIMARY KEY, v varchar(600), flag int DEFAULT 0);
INSERT INTO signed_key (id, v) SELECT (CAST(seq AS SIGNED) - 6000) * 768614336404564, REPEAT(MD5(seq), 15) FROM seq_1_to_12000;
CREATE TABLE unsigned_key (id bigint unsigned NOT NULL PRIMARY KEY, v varchar(600));
INSERT INTO unsigned_key SELECT 9223372036854775808 - 5000 + seq * IF(seq > 9000, 900719925474, 1), REPEAT(MD5(seq), 15) FROM seq_1_to_10000;
CREATE TABLE no_key (a int, b varchar(600));
INSERT INTO no_key SELECT seq % 100, REPEAT(MD5(seq % 1000), 15) FROM seq_1_to_12000;
CREATE TABLE nullable_key (a int, b varchar(600), UNIQUE KEY (a));
INSERT INTO nullable_key SELECT IF(seq % 2, NULL, seq), REPEAT(MD5(seq), 15) FROM seq_1_to_9000;
