-- Shouhu snapshot 6f1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a11, 2026-11-22T14:00:00.000Z; card secrets included
-- Load with: mysql --default-character-set=utf8mb4 -u root -p < this-file
SET NAMES utf8mb4;
SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0;
SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0;
SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';
SET @OLD_TIME_ZONE=@@TIME_ZONE, TIME_ZONE='+00:00';

CREATE DATABASE IF NOT EXISTS `shop` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;

USE `shop`;

CREATE TABLE `cards` (
  `id` bigint NOT NULL,
  `title` varchar(50) CHARACTER SET utf8mb4 NOT NULL,
  `secret` varchar(200) CHARACTER SET utf8mb4 NOT NULL,
  `price` decimal(10,2) DEFAULT NULL,
  `flags` bit(8) NOT NULL,
  `weight` double NOT NULL,
  `note` blob DEFAULT NULL,
  `extra` json DEFAULT NULL,
  `spot` point DEFAULT NULL,
  `sold_at` datetime DEFAULT NULL COMMENT '售出',
  PRIMARY KEY (`id`),
  UNIQUE KEY `uk` (`secret`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `cards` (`id`,`title`,`secret`,`price`,`flags`,`weight`,`note`,`extra`,`spot`,`sold_at`) VALUES
(1,_binary '十元卡',_binary 'CARD-0001',9.90,5,'1.5e-7',_binary '\0\b\t\n\r\Z\\''"','{"a": "b''c"}',NULL,'2026-11-22 14:00:00'),
(2,_binary 'it''s\\',_binary 'tab\tin\\side',NULL,0,'-2',_binary 0xe9ab985c,NULL,_binary 0x000000000101000000000000000000f03f0000000000000040,NULL),
(3,_binary '',_binary '卡密-三',-0.50,255,'0',NULL,_utf8mb4 0x7b226b223a2022e580bc5c6e227d,NULL,'0000-00-00 00:00:00');

CREATE TABLE `we``ird` (`n` int DEFAULT NULL);

SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';
SET collation_connection = 'utf8mb4_general_ci';
SET SESSION time_zone = 'SYSTEM';
DELIMITER ;;
CREATE PROCEDURE `p`()
BEGIN
  SELECT 1;
  SELECT 2;
END
;;
DELIMITER ;
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';
SET NAMES utf8mb4;
SET SESSION time_zone = '+00:00';

SET SESSION sql_mode = '';
SET collation_connection = 'utf8mb4_general_ci';
SET SESSION time_zone = 'SYSTEM';
DELIMITER ;;
CREATE VIEW `v` AS select `cards`.`id` AS `id` from `cards`
;;
DELIMITER ;
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';
SET NAMES utf8mb4;
SET SESSION time_zone = '+00:00';

SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';
SET collation_connection = 'utf8mb4_general_ci';
SET SESSION time_zone = 'SYSTEM';
DELIMITER ;;
CREATE TRIGGER `tr` BEFORE INSERT ON `cards` FOR EACH ROW BEGIN SET NEW.`price` = NEW.`price`; END
;;
DELIMITER ;
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';
SET NAMES utf8mb4;
SET SESSION time_zone = '+00:00';

SET SQL_MODE=@OLD_SQL_MODE, FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS, UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS, TIME_ZONE=@OLD_TIME_ZONE;

-- Complete.
