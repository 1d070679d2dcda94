-- Objects that need objects of another database, in both directions of the alphabet, and databases with defaults of their own.
CREATE DATABASE a_zoo_across CHARACTER SET gbk COLLATE gbk_bin COMMENT 'it''s \\ a "守护" database';
CREATE DATABASE z_zoo_across CHARACTER SET ucs2 COLLATE ucs2_unicode_ci;
CREATE DATABASE zoo_only_views CHARACTER SET big5;
SET SESSION sql_mode = '';
CREATE TABLE z_zoo_across.t (id int PRIMARY KEY, v varchar(10));
INSERT INTO z_zoo_across.t VALUES (1, '守'), (2, NULL);
CREATE TABLE a_zoo_across.t (id int PRIMARY KEY, v varchar(10));
INSERT INTO a_zoo_across.t VALUES (1, '护');
CREATE FUNCTION z_zoo_across.plus(n int) RETURNS int DETERMINISTIC RETURN n + 1;
CREATE VIEW z_zoo_across.base AS SELECT id, v FROM z_zoo_across.t;
CREATE VIEW a_zoo_across.over_base AS SELECT id, z_zoo_across.plus(id) AS next FROM z_zoo_across.base;
CREATE VIEW z_zoo_across.over_over AS SELECT next FROM a_zoo_across.over_base;
CREATE VIEW zoo_only_views.top AS SELECT o.next, b.v FROM z_zoo_across.over_over o JOIN z_zoo_across.base b ON b.id = o.next;
CREATE TRIGGER a_zoo_across.to_the_other AFTER INSERT ON a_zoo_across.t FOR EACH ROW INSERT INTO z_zoo_across.t VALUES (z_zoo_across.plus(NEW.id) + 100, NEW.v);
CREATE EVENT a_zoo_across.of_the_other ON SCHEDULE EVERY 1 DAY STARTS '2031-01-01 00:00:00' DISABLE DO DELETE FROM z_zoo_across.t WHERE id < 0;
CREATE DATABASE zoo_empty CHARACTER SET sjis COLLATE sjis_bin;
