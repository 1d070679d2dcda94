-- Foreign keys in every direction; inside a database, across databases, to itself, in a circle, and with orphans.
CREATE DATABASE zoo_relations CHARACTER SET utf8mb4;
CREATE DATABASE a_zoo_relations CHARACTER SET utf8mb4;
USE zoo_relations;
SET SESSION foreign_key_checks = 0, sql_mode = '';

CREATE TABLE a (id int PRIMARY KEY, b int, KEY (b), CONSTRAINT a_to_b FOREIGN KEY (b) REFERENCES b (id) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE b (id int PRIMARY KEY, c int, CONSTRAINT `b to ``c``` FOREIGN KEY (c) REFERENCES c (id) ON DELETE SET NULL);
CREATE TABLE c (id int PRIMARY KEY, a int, CONSTRAINT c_to_a FOREIGN KEY (a) REFERENCES a (id) ON DELETE NO ACTION);
CREATE TABLE tree (id int PRIMARY KEY, parent int, left_of int, FOREIGN KEY (parent) REFERENCES tree (id) ON DELETE CASCADE, FOREIGN KEY (left_of) REFERENCES tree (id));
CREATE TABLE multi (x int, y varchar(10), z int, UNIQUE KEY (x, y), KEY (z), CONSTRAINT to_pairs FOREIGN KEY (x, y) REFERENCES pairs (x, y) ON UPDATE RESTRICT ON DELETE RESTRICT);
CREATE TABLE pairs (x int NOT NULL, y varchar(10) NOT NULL, UNIQUE KEY (x, y));
CREATE TABLE `child ``1``` (`p``id` int, FOREIGN KEY `named ``index` (`p``id`) REFERENCES a_zoo_relations.`parent ``1``` (`p.id`) ON DELETE CASCADE);
CREATE TABLE a_zoo_relations.`parent ``1``` (`p.id` int PRIMARY KEY, back int, KEY (back), CONSTRAINT back_over FOREIGN KEY (back) REFERENCES zoo_relations.a (id));
CREATE TABLE orders (id int PRIMARY KEY, paid int) COMMENT 'a parent whose deletes cascade';
CREATE TABLE cards (id int PRIMARY KEY, order_id int, CONSTRAINT of_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE);

INSERT INTO a VALUES (1, 1), (2, NULL);
INSERT INTO b VALUES (1, 1), (2, 1);
INSERT INTO c VALUES (1, 1), (2, NULL);
INSERT INTO tree VALUES (1, 1, NULL), (2, 1, 3), (3, 1, 2), (4, 99, NULL);
INSERT INTO pairs VALUES (1, 'x'), (1, 'y');
INSERT INTO multi VALUES (1, 'X', 1), (NULL, 'q', 2), (7, 'orphan', 3);
INSERT INTO a_zoo_relations.`parent ``1``` VALUES (1, 1), (2, NULL);
INSERT INTO `child ``1``` VALUES (1), (2), (NULL), (404);
INSERT INTO orders SELECT seq, seq % 2 FROM seq_1_to_300;
INSERT INTO cards SELECT seq, 1 + seq % 300 FROM seq_1_to_2000;
SET SESSION foreign_key_checks = 1;
