-- Columns that the server computes, and columns that look as if it did.
CREATE DATABASE zoo_generated CHARACTER SET utf8mb4;
USE zoo_generated;
SET SESSION sql_mode = '';

CREATE TABLE computed (
  id int PRIMARY KEY,
  price decimal(10,2),
  qty int,
  name varchar(30) CHARACTER SET gbk,
  total decimal(12,2) AS (price * qty) STORED,
  half double AS (price / 3) PERSISTENT,
  upper_name varchar(40) AS (upper(name)) VIRTUAL,
  day date AS ('2024-01-01' + interval qty day) VIRTUAL,
  tag varchar(60) AS (concat(name, '`;''\\', hex(id))) STORED COMMENT 'GENERATED ALWAYS AS (x) VIRTUAL',
  safe int AS (if(qty = 0, NULL, 100 DIV qty)) VIRTUAL INVISIBLE,
  `VIRTUAL` int DEFAULT 7 COMMENT 'STORED GENERATED',
  made timestamp DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP COMMENT 'DEFAULT_GENERATED',
  KEY by_upper (upper_name), UNIQUE KEY by_total (total, id), KEY by_day (day));
INSERT INTO computed (id, price, qty, name, `VIRTUAL`, made) VALUES
  (1, 9.90, 3, '十元卡', 1, '2020-01-01'), (2, NULL, NULL, NULL, NULL, '2020-01-02'), (3, -0.01, 0, 'a''b', 0, '2020-01-03'), (4, 99999999.99, 1, '', 7, '2020-01-04');

CREATE TABLE computed_first (twice int AS (n * 2) VIRTUAL, n int NOT NULL, thrice int AS (n * 3) STORED, PRIMARY KEY (n), KEY (twice), KEY (thrice));
INSERT INTO computed_first (n) VALUES (-2147483648 DIV 4), (0), (5), (7);

-- The only unique key is computed: nothing stored to cut ranges at.
CREATE TABLE computed_key (a int NOT NULL, b int NOT NULL, k int AS (a * 100 + b) STORED, v varchar(10), UNIQUE KEY (k));
INSERT INTO computed_key (a, b, v) VALUES (1, 2, 'x'), (3, 4, NULL), (0, 0, '');

-- The statements of old programs, computed under a mode that changes what they mean.
SET SESSION sql_mode = 'PIPES_AS_CONCAT,ANSI_QUOTES';
CREATE TABLE computed_under_modes (id int PRIMARY KEY, a varchar(5), b varchar(5), "both" varchar(20) AS (a || '-' || b) STORED);
INSERT INTO computed_under_modes (id, a, b) VALUES (1, 'x', 'y'), (2, '', NULL), (3, 'z ', ' z');
SET SESSION sql_mode = '';

-- Rows older than the rule that they break.
CREATE TABLE broken_checks (id int PRIMARY KEY, n int CHECK (n > 0), m int, CONSTRAINT `n, m` CHECK (n < m));
SET SESSION check_constraint_checks = 0;
INSERT INTO broken_checks VALUES (1, -1, 5), (2, 9, 3), (3, 1, 2);
SET SESSION check_constraint_checks = 1;

CREATE TABLE periods (room int, day_from date, day_to date, guest varchar(20), PERIOD FOR stay (day_from, day_to), PRIMARY KEY (room, stay WITHOUT OVERLAPS));
INSERT INTO periods VALUES (1, '2024-01-01', '2024-01-05', 'a'), (1, '2024-01-05', '2024-01-09', '守'), (2, '0001-01-01', '9999-12-31', NULL);
