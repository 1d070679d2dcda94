-- System-versioned tables: a backup holds what they are now, not what they were.
CREATE DATABASE zoo_versioned CHARACTER SET utf8mb4;
USE zoo_versioned;
SET SESSION sql_mode = '';

CREATE TABLE plain (id int PRIMARY KEY, v varchar(20), KEY (v)) WITH SYSTEM VERSIONING;
INSERT INTO plain VALUES (1, 'old'), (2, 'gone'), (3, 'kept');
UPDATE plain SET v = 'new' WHERE id = 1;
DELETE FROM plain WHERE id = 2;
CREATE TABLE with_columns (id int PRIMARY KEY, v int, quiet int WITHOUT SYSTEM VERSIONING, began timestamp(6) GENERATED ALWAYS AS ROW START, ended timestamp(6) GENERATED ALWAYS AS ROW END INVISIBLE, PERIOD FOR SYSTEM_TIME (began, ended)) WITH SYSTEM VERSIONING;
INSERT INTO with_columns (id, v, quiet) VALUES (1, 1, 1), (2, 2, 2);
UPDATE with_columns SET v = 10 WHERE id = 1;
CREATE TABLE by_transaction (id int PRIMARY KEY, v int, t1 bigint unsigned GENERATED ALWAYS AS ROW START, t2 bigint unsigned GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (t1, t2)) WITH SYSTEM VERSIONING;
INSERT INTO by_transaction (id, v) VALUES (1, 1), (2, 2);
DELETE FROM by_transaction WHERE id = 2;
CREATE TABLE keyless (v int) WITH SYSTEM VERSIONING;
INSERT INTO keyless VALUES (1), (1), (2);
DELETE FROM keyless WHERE v = 2;
CREATE TABLE in_partitions (id int PRIMARY KEY, v int) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME (PARTITION past HISTORY, PARTITION now CURRENT);
INSERT INTO in_partitions VALUES (1, 1), (2, 2), (3, 3);
DELETE FROM in_partitions WHERE id = 3;
CREATE TABLE parent (id int PRIMARY KEY) WITH SYSTEM VERSIONING;
CREATE TABLE child (id int PRIMARY KEY, p int, CONSTRAINT child_fk FOREIGN KEY (p) REFERENCES parent (id)) WITH SYSTEM VERSIONING;
INSERT INTO parent VALUES (1), (2);
INSERT INTO child VALUES (1, 1);
DELETE FROM parent WHERE id = 2;
CREATE TABLE emptied (id int PRIMARY KEY) WITH SYSTEM VERSIONING;
INSERT INTO emptied VALUES (1);
DELETE FROM emptied;
