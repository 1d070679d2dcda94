-- Views, routines, triggers and events, each with the session of its author. Accounts of authors come from accounts.sql.
CREATE DATABASE zoo_objects CHARACTER SET latin1 COLLATE latin1_german1_ci;
USE zoo_objects;
SET SESSION sql_mode = '';
CREATE TABLE goods (id int PRIMARY KEY, name varchar(50) CHARACTER SET utf8mb4, price decimal(10,2), `odd ``col` int DEFAULT 3);
INSERT INTO goods VALUES (1, '十元卡', 9.90, 1), (2, 'it''s', NULL, NULL);
CREATE TABLE log (id int AUTO_INCREMENT PRIMARY KEY, what varchar(200) CHARACTER SET utf8mb4);

-- Routines. Bodies must come back octet for octet.
DELIMITER $$
CREATE DEFINER = `zoo author`@`%` PROCEDURE spaced(IN a int, OUT b varchar(10), INOUT c decimal(10,2))
    MODIFIES SQL DATA
    SQL SECURITY INVOKER
    COMMENT 'it''s ; DELIMITER $ \\ 守护'
BEGIN
	-- a comment; with `quotes' and "more"
  # another /* one */

  SELECT ';' , "x;y" ,'\\' ;   
  /*!50003 SELECT 1 */ ;
  IF a > 0 THEN	INSERT INTO log (what) VALUES ('守护; DELIMITER ;;') ; END IF;

END$$
CREATE DEFINER = 'o''brien'@'10.%.0.1' FUNCTION `tax of`(`n ``x` decimal(10,2)) RETURNS decimal(10,2) DETERMINISTIC NO SQL COMMENT '' RETURN `n ``x` * 0.06$$
CREATE DEFINER = zoo_role FUNCTION by_role(s varchar(20) CHARACTER SET gbk) RETURNS text CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci READS SQL DATA RETURN CONCAT(s, '守')$$
CREATE FUNCTION of_database_charset(s varchar(20)) RETURNS varchar(60) DETERMINISTIC BEGIN DECLARE t varchar(20); SET t = s; RETURN CONCAT(t, CHARSET(t), COLLATION(t)); END$$
CREATE AGGREGATE FUNCTION total_of(x int) RETURNS int DETERMINISTIC BEGIN DECLARE s int DEFAULT 0; DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN s; LOOP FETCH GROUP NEXT ROW; SET s = s + x; END LOOP; END$$
SET SESSION sql_mode = 'PIPES_AS_CONCAT,ANSI_QUOTES,NO_BACKSLASH_ESCAPES'$$
CREATE PROCEDURE ansi("a b" int) BEGIN SELECT 'x' || "a b" || '\' AS "c`d", 'it''s' FROM "goods"; END$$
SET SESSION sql_mode = 'IGNORE_SPACE,STRICT_TRANS_TABLES,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,HIGH_NOT_PRECEDENCE,PAD_CHAR_TO_FULL_LENGTH,NO_UNSIGNED_SUBTRACTION,REAL_AS_FLOAT'$$
CREATE FUNCTION ignore_space() RETURNS int DETERMINISTIC RETURN COUNT (1)$$
SET SESSION sql_mode = 'ORACLE'$$
CREATE PROCEDURE ora(a IN int, b OUT varchar2(10)) AS x int := 1; BEGIN b := 'x' || TO_CHAR(a); END$$
SET SESSION sql_mode = 'TRADITIONAL,TIME_ROUND_FRACTIONAL,EMPTY_STRING_IS_NULL,SIMULTANEOUS_ASSIGNMENT'$$
CREATE PROCEDURE modern() SELECT CAST('2024-01-01' AS date), ''$$
SET SESSION sql_mode = ''$$
DELIMITER ;

-- An author with another character set: the statement is text in that set, and stays so. (Only without a COMMENT beyond ASCII: the
-- server itself shows that one in the wrong set.)
SET @gbk = 'CREATE PROCEDURE in_gbk() BEGIN SELECT ''守护\\\\运'' AS `名`; END';
SET @latin1 = 'CREATE FUNCTION in_latin1() RETURNS varchar(20) CHARACTER SET latin1 DETERMINISTIC RETURN ''ü€é''';
SET @sjis = 'CREATE PROCEDURE in_sjis() SELECT ''ソ表能\\\\'' AS x';
SET @view_gbk = 'CREATE VIEW view_in_gbk AS SELECT ''守护'' AS `名称`, id FROM goods WHERE name <> ''运''';
SET @view_big5 = 'CREATE VIEW view_in_big5 AS SELECT ''功許蓋'' AS x';
SET @trigger_gbk = 'CREATE TRIGGER trigger_in_gbk AFTER UPDATE ON goods FOR EACH ROW INSERT INTO log (what) VALUES (''改\\\\誠'')';
SET @event_gbk = 'CREATE EVENT event_in_gbk ON SCHEDULE EVERY 2 HOUR STARTS ''2031-01-01 00:00:00'' DISABLE DO INSERT INTO log (what) VALUES (''守'')';
SET NAMES gbk COLLATE gbk_bin;
EXECUTE IMMEDIATE @gbk;
EXECUTE IMMEDIATE @view_gbk;
EXECUTE IMMEDIATE @trigger_gbk;
EXECUTE IMMEDIATE @event_gbk;
SET NAMES latin1 COLLATE latin1_general_cs;
EXECUTE IMMEDIATE @latin1;
SET NAMES sjis;
EXECUTE IMMEDIATE @sjis;
SET NAMES big5;
EXECUTE IMMEDIATE @view_big5;
SET NAMES utf8mb3 COLLATE utf8mb3_unicode_ci;
CREATE VIEW view_in_utf8mb3 AS SELECT '守' AS x, 'é' = 'e' AS same;
SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin;
CREATE VIEW view_nopad AS SELECT 'a' = 'a ' AS same;
SET NAMES utf8mb4;

-- Views on views on views, against the alphabet, with other owners, through routines.
CREATE DEFINER = `zoo author`@`%` SQL SECURITY DEFINER VIEW z_base AS SELECT id, name, price, `odd ``col` FROM goods WHERE id > 0;
CREATE DEFINER = 'o''brien'@'10.%.0.1' SQL SECURITY INVOKER VIEW m_middle AS SELECT z.id AS `a``b`, `tax of`(z.price) AS `tax % of`, CONCAT('`zoo_objects`.`a_top`', name) AS txt FROM z_base z;
CREATE ALGORITHM = TEMPTABLE DEFINER = zoo_role VIEW a_top AS SELECT m.`a``b`, COUNT(*) AS n FROM m_middle m JOIN z_base b ON b.id = m.`a``b` GROUP BY m.`a``b` HAVING n > 0;
CREATE ALGORITHM = MERGE VIEW checked AS SELECT * FROM goods WHERE price < 100 WITH LOCAL CHECK OPTION;
CREATE VIEW checked_cascaded AS SELECT id, price FROM checked WHERE id > 0 WITH CASCADED CHECK OPTION;
CREATE VIEW aa_recursive AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i, 'x\ny;\\' AS s FROM n;
CREATE VIEW long_columns AS SELECT 1 + 1, 'a, very -- long; expression', (SELECT MAX(id) FROM goods);

-- Triggers: several per event, in an order that their names do not tell, and after a drop of the one that was named.
DELIMITER //
CREATE TRIGGER t_5 BEFORE INSERT ON goods FOR EACH ROW SET NEW.name = CONCAT(NEW.name, '5')//
CREATE TRIGGER t_9 BEFORE INSERT ON goods FOR EACH ROW PRECEDES t_5 SET NEW.name = CONCAT(NEW.name, '9')//
CREATE TRIGGER t_1 BEFORE INSERT ON goods FOR EACH ROW FOLLOWS t_5 SET NEW.name = CONCAT(NEW.name, '1')//
CREATE TRIGGER t_7 BEFORE INSERT ON goods FOR EACH ROW FOLLOWS t_9 SET NEW.name = CONCAT(NEW.name, '7')//
CREATE TRIGGER t_0 BEFORE INSERT ON goods FOR EACH ROW SET NEW.name = CONCAT(NEW.name, '0')//
DROP TRIGGER t_5//
SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES'//
CREATE DEFINER = `zoo author`@`%` TRIGGER "after ""it" AFTER DELETE ON "goods" FOR EACH ROW
BEGIN
  INSERT INTO "log" ("what") VALUES ('gone; -- ''x''');
  /* zoo_objects.log */ DELETE FROM zoo_objects.log WHERE id < 0;
END//
SET SESSION sql_mode = ''//
CREATE TRIGGER a_insert AFTER INSERT ON goods FOR EACH ROW INSERT INTO log (what) VALUES (NEW.name)//
CREATE TRIGGER b_update BEFORE UPDATE ON goods FOR EACH ROW SET NEW.price = COALESCE(NEW.price, 0)//
CREATE TRIGGER c_update BEFORE UPDATE ON goods FOR EACH ROW PRECEDES b_update SET @seen = OLD.id//

-- Events of every timing, with zones and modes of their own.
CREATE EVENT e_every ON SCHEDULE EVERY '1:30' HOUR_MINUTE STARTS '2031-01-01 03:00:00' ENDS '2035-12-31 23:59:59' ON COMPLETION PRESERVE COMMENT 'DISABLE PRESERVE' DO DELETE FROM log WHERE id < 0//
CREATE EVENT e_once ON SCHEDULE AT '2036-01-01 00:00:00' ON COMPLETION NOT PRESERVE DO DELETE FROM log WHERE what = 'ENABLE'//
CREATE EVENT e_off ON SCHEDULE EVERY 1 MONTH STARTS '2031-01-31 00:00:00' DISABLE DO SELECT 1//
CREATE EVENT e_replica ON SCHEDULE EVERY 1 WEEK STARTS '2031-01-01 00:00:00' DISABLE ON SLAVE DO SELECT 2//
SET SESSION time_zone = '+08:00'//
CREATE EVENT e_china ON SCHEDULE EVERY 1 DAY STARTS '2031-06-01 04:00:00' ON COMPLETION PRESERVE DO SELECT 3//
SET SESSION time_zone = 'Europe/Moscow'//
CREATE EVENT e_moscow ON SCHEDULE AT '2033-07-01 12:00:00' DO SELECT 4//
SET SESSION time_zone = 'SYSTEM'//
CREATE EVENT e_system ON SCHEDULE EVERY 1 DAY STARTS '2031-06-01 04:00:00' DO SELECT 5//
SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', time_zone = '+00:00'//
CREATE DEFINER = `zoo author`@`%` EVENT "e ""mode" ON SCHEDULE EVERY 1 YEAR STARTS '2031-01-01 00:00:00' DO BEGIN UPDATE "log" SET "what" = '\' WHERE id = 0; END//
SET SESSION sql_mode = ''//
-- Over before it is restored, and kept: it comes back disabled as it was.
CREATE EVENT e_over ON SCHEDULE AT '2001-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE DO SELECT 6//
DELIMITER ;

-- The database's character set has changed since the routines above were written: they keep the old one.
ALTER DATABASE zoo_objects CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
DELIMITER $$
CREATE FUNCTION of_new_charset(s varchar(20)) RETURNS varchar(60) DETERMINISTIC BEGIN DECLARE t varchar(20); SET t = s; RETURN CONCAT(t, CHARSET(t), COLLATION(t)); END$$
DELIMITER ;
