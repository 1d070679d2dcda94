-- Names that break whoever pastes them into statements, paths, patterns or comments.
CREATE DATABASE `zoo ``na.me`` 100%_名\\` CHARACTER SET utf8mb4;
USE `zoo ``na.me`` 100%_名\\`;
SET SESSION sql_mode = '';

CREATE TABLE `select` (`from` int PRIMARY KEY, `where` varchar(20), `order` int, KEY `key` (`order`), UNIQUE KEY `primary key` (`where`));
INSERT INTO `select` VALUES (1, 'group', 2), (2, NULL, 1);
CREATE TABLE `a.b` (`c.d` int PRIMARY KEY, `.` int, ` x` int);
INSERT INTO `a.b` VALUES (1, 2, 3);
CREATE TABLE `100%` (`%` int PRIMARY KEY, `_` int, `%s` int, `?` int);
INSERT INTO `100%` VALUES (1, 2, 3, 4);
CREATE TABLE `a_b` (id int PRIMARY KEY);
CREATE TABLE `axb` (id int PRIMARY KEY);
INSERT INTO `a_b` VALUES (1);
INSERT INTO `axb` VALUES (2), (3);
CREATE TABLE `Case` (Id int PRIMARY KEY, V int);
CREATE TABLE `case` (id int PRIMARY KEY, v int);
CREATE TABLE `CASE` (ID int PRIMARY KEY, V int);
INSERT INTO `Case` VALUES (1, 1);
INSERT INTO `case` VALUES (2, 2), (3, 3);
INSERT INTO `CASE` VALUES (4, 4), (5, 5), (6, 6);
CREATE TABLE `卡密 表` (`主 键` int PRIMARY KEY, `密码``` varchar(20) COMMENT '卡密, ''引号'' \\ `x`', `é` int, `É2` int) COMMENT '一个 "表" -- ; /* x */';
INSERT INTO `卡密 表` VALUES (1, '值', 1, 2), (2, NULL, NULL, NULL);
CREATE TABLE `*/ DROP TABLE x; --` (`*/;` int PRIMARY KEY, `/*!50000 x` int);
INSERT INTO `*/ DROP TABLE x; --` VALUES (1, 1);
CREATE TABLE `new
-- line` (`co
lumn` int PRIMARY KEY, `x
  PRIMARY KEY (``co` int, UNIQUE KEY `in
dex` (`x
  PRIMARY KEY (``co`)) COMMENT 'two
lines
-- ; DROP';
INSERT INTO `new
-- line` VALUES (1, 10), (2, NULL);
CREATE TABLE `quote'"tab	x` (`'` int PRIMARY KEY, `"` int, `	t` int, `\\` int, `\\'` int);
INSERT INTO `quote'"tab	x` VALUES (1, 2, 3, 4, 5);
CREATE TABLE `1234567890` (`1` int PRIMARY KEY, `2e3` int);
INSERT INTO `1234567890` VALUES (1, 1);
CREATE TABLE `../../etc/passwd` (id int PRIMARY KEY);
INSERT INTO `../../etc/passwd` VALUES (1);
CREATE TABLE `CON` (id int PRIMARY KEY, `$` int, `$$x$1` int);
INSERT INTO `CON` VALUES (1, 1, 1);
CREATE TABLE `sixty_four_characters_is_all_that_a_name_may_have_and_here_they_` (`sixty_four_characters_is_all_that_a_name_may_have_and_here_they_` int PRIMARY KEY);
INSERT INTO `sixty_four_characters_is_all_that_a_name_may_have_and_here_they_` VALUES (1);
CREATE TABLE `AUTO_INCREMENT=5` (`AUTO_INCREMENT` int NOT NULL AUTO_INCREMENT PRIMARY KEY, `x AUTO_INCREMENT=9` int COMMENT ' AUTO_INCREMENT=6') COMMENT ' AUTO_INCREMENT=7';
INSERT INTO `AUTO_INCREMENT=5` VALUES (3, 1);
CREATE VIEW `view ``of`` 表` AS SELECT `主 键` AS `a``b`, '`卡密 表`' AS `c.d`, `密码``` AS `"e'f` FROM `卡密 表`;
DELIMITER ;;
CREATE PROCEDURE `pro``c 'edure" 名`(`a``b` int) BEGIN SELECT `a``b` AS `守`; END;;
CREATE FUNCTION `a'b`() RETURNS int DETERMINISTIC RETURN 1;;
CREATE TRIGGER `tri``gger.名` BEFORE INSERT ON `卡密 表` FOR EACH ROW SET NEW.`密码``` = CONCAT('`', NEW.`密码```);;
CREATE EVENT `eve``nt % 名` ON SCHEDULE EVERY 1 DAY STARTS '2031-01-01 00:00:00' DISABLE COMMENT 'it''s ENABLE' DO DELETE FROM `卡密 表` WHERE `主 键` < 0;;
DELIMITER ;
CREATE SEQUENCE `se``quence 名` START WITH 3;

-- Two tables whose names read the same once a dot joins them, and databases that differ in case or by one wildcard.
CREATE DATABASE `zoo_dot.a`;
CREATE TABLE `zoo_dot.a`.b (id int PRIMARY KEY, v varchar(10));
INSERT INTO `zoo_dot.a`.b VALUES (1, 'of zoo.a'), (2, 'x');
CREATE DATABASE zoo_dot;
CREATE TABLE zoo_dot.`a.b` (id int PRIMARY KEY, v varchar(10));
INSERT INTO zoo_dot.`a.b` VALUES (1, 'of zoo');
CREATE DATABASE ZOO_DOT;
CREATE TABLE ZOO_DOT.`a.b` (id int PRIMARY KEY, v varchar(10));
INSERT INTO ZOO_DOT.`a.b` VALUES (1, 'CAPITALS');
CREATE DATABASE zooxdot;
CREATE TABLE zooxdot.`a.b` (id int PRIMARY KEY, w varchar(10));
INSERT INTO zooxdot.`a.b` VALUES (9, 'wildcard');
