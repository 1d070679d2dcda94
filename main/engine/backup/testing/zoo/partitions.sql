-- Every way to cut a table, and every storage engine that a shop's server has.
CREATE DATABASE zoo_partitions CHARACTER SET utf8mb4;
USE zoo_partitions;
SET SESSION sql_mode = '';

CREATE TABLE by_range (id int NOT NULL, d date NOT NULL, v varchar(20) DEFAULT 'a,(b', PRIMARY KEY (id, d), KEY v (v), KEY d (d))
  PARTITION BY RANGE (year(d)) (PARTITION p0 VALUES LESS THAN (2020) COMMENT = 'old, (x)', PARTITION `p ``1` VALUES LESS THAN (2024), PARTITION `最后` VALUES LESS THAN MAXVALUE);
INSERT INTO by_range VALUES (1, '2019-01-01', 'a'), (1, '2024-01-01', NULL), (2, '0000-00-00', ''), (3, '9999-12-31', 'z'), (4, '2020-01-01', 'b');
CREATE TABLE by_range_columns (a int, b varchar(10), c datetime) PARTITION BY RANGE COLUMNS (a, b)
  (PARTITION p0 VALUES LESS THAN (10, 'm'), PARTITION p1 VALUES LESS THAN (10, MAXVALUE), PARTITION p2 VALUES LESS THAN (MAXVALUE, MAXVALUE));
INSERT INTO by_range_columns VALUES (NULL, NULL, NULL), (10, 'l', '2024-01-01'), (10, 'm', NULL), (10, 'z', NULL), (11, '', NULL);
CREATE TABLE by_list (kind int, v varchar(10)) PARTITION BY LIST (kind) (PARTITION none VALUES IN (NULL), PARTITION low VALUES IN (1, 2, 3), PARTITION other DEFAULT);
INSERT INTO by_list VALUES (NULL, 'null'), (1, 'one'), (3, 'three'), (-9, 'minus'), (1000000, 'much');
CREATE TABLE by_list_columns (region varchar(10), n int) PARTITION BY LIST COLUMNS (region) (PARTITION cn VALUES IN ('上海', '北京'), PARTITION `else` VALUES IN ('x', 'y''z', ''));
INSERT INTO by_list_columns VALUES ('上海', 1), ('y''z', 2), ('', 3), ('北京', 4);
CREATE TABLE by_hash (id bigint unsigned NOT NULL PRIMARY KEY, v int) PARTITION BY LINEAR HASH (id) PARTITIONS 5;
INSERT INTO by_hash SELECT seq * 7, seq FROM seq_1_to_100;
CREATE TABLE by_key (k varchar(20) NOT NULL, v int, PRIMARY KEY (k)) PARTITION BY KEY () PARTITIONS 3;
INSERT INTO by_key SELECT CONCAT('键', seq), seq FROM seq_1_to_50;
CREATE TABLE by_key_linear (a int, b int) ENGINE = MyISAM PARTITION BY LINEAR KEY (a, b) PARTITIONS 4;
INSERT INTO by_key_linear SELECT seq % 10, seq FROM seq_1_to_30;
CREATE TABLE sub_parts (id int NOT NULL, d date NOT NULL) PARTITION BY RANGE (to_days(d)) SUBPARTITION BY HASH (id)
  (PARTITION p0 VALUES LESS THAN (738000) (SUBPARTITION s0 COMMENT = 'a', SUBPARTITION s1), PARTITION p1 VALUES LESS THAN MAXVALUE (SUBPARTITION s2, SUBPARTITION `s 3`));
INSERT INTO sub_parts VALUES (1, '2020-01-01'), (2, '2020-01-01'), (3, '2024-01-01'), (4, '2024-01-01'), (4, '2024-01-01');

CREATE DATABASE zoo_engines CHARACTER SET latin1;
USE zoo_engines;
CREATE TABLE in_myisam (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, v varchar(10), t text, FULLTEXT KEY (t)) ENGINE = MyISAM AUTO_INCREMENT = 50 PACK_KEYS = 1 CHECKSUM = 1 DELAY_KEY_WRITE = 1 ROW_FORMAT = DYNAMIC;
INSERT INTO in_myisam VALUES (1, 'x', 'text'), (2, NULL, NULL);
CREATE TABLE in_aria (id int PRIMARY KEY, v varchar(10)) ENGINE = Aria TRANSACTIONAL = 0 PAGE_CHECKSUM = 0;
INSERT INTO in_aria VALUES (1, 'x'), (2, 'y');
CREATE TABLE in_memory (id int PRIMARY KEY, v varchar(10), KEY h (v) USING HASH, KEY bt (v, id) USING BTREE) ENGINE = MEMORY MAX_ROWS = 5000;
INSERT INTO in_memory VALUES (1, 'x'), (2, NULL);
CREATE TABLE in_csv (id int NOT NULL, v varchar(30) NOT NULL) ENGINE = CSV;
INSERT INTO in_csv VALUES (1, 'a,"b"'), (2, 'new\nline'), (2, '');
CREATE TABLE compressed (id int PRIMARY KEY, v text) ENGINE = InnoDB ROW_FORMAT = COMPRESSED KEY_BLOCK_SIZE = 4;
INSERT INTO compressed VALUES (1, REPEAT('abc', 5000));
CREATE TABLE redundant (id int PRIMARY KEY, v varchar(5)) ENGINE = InnoDB ROW_FORMAT = REDUNDANT STATS_PERSISTENT = 0 STATS_AUTO_RECALC = 1 STATS_SAMPLE_PAGES = 7;
INSERT INTO redundant VALUES (1, 'r');
CREATE TABLE paged (id int PRIMARY KEY, v text) ENGINE = InnoDB PAGE_COMPRESSED = 1 PAGE_COMPRESSION_LEVEL = 3 COMMENT = 'old \\ ''shop''';
INSERT INTO paged VALUES (1, REPEAT('xyz', 5000));
CREATE TABLE merged_1 (id int NOT NULL, v varchar(5), KEY (id)) ENGINE = MyISAM;
CREATE TABLE merged_2 (id int NOT NULL, v varchar(5), KEY (id)) ENGINE = MyISAM;
INSERT INTO merged_1 VALUES (1, 'one');
INSERT INTO merged_2 VALUES (2, 'two'), (2, 'two');
CREATE TABLE a_merge (id int NOT NULL, v varchar(5), KEY (id)) ENGINE = MERGE UNION = (merged_1, merged_2) INSERT_METHOD = NO;
CREATE TABLE z_merge (id int NOT NULL, v varchar(5), KEY (id)) ENGINE = MERGE UNION = (merged_2) INSERT_METHOD = LAST;

-- Tables that only a lenient server created: the options of another engine, and a row that may not fit its page.
SET SESSION innodb_strict_mode = OFF;
CREATE TABLE fixed_format (id int PRIMARY KEY, v varchar(5)) ENGINE = InnoDB ROW_FORMAT = FIXED;
INSERT INTO fixed_format VALUES (1, 'f');
SET @columns = (SELECT GROUP_CONCAT(CONCAT('c', seq, ' char(250)') ORDER BY seq) FROM seq_1_to_40);
EXECUTE IMMEDIATE CONCAT('CREATE TABLE wide (id int PRIMARY KEY, ', @columns, ') ENGINE = InnoDB ROW_FORMAT = DYNAMIC CHARACTER SET latin1');
INSERT INTO wide (id, c1, c40) VALUES (1, 'first', 'last');
SET SESSION innodb_strict_mode = ON;
