import type { Flavour } from '../../../../../../../shared/model/database.ts';

export const workDatabase = 'w';
/** A statement in GBK that runs in it must find it. */
export const secondDatabase = '库二';

/** A small shop, and one table for each thing that is hard to do again. */
export function schemaOf(flavour: Flavour): string[] {
  const innodb = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4';
  return [
    `DROP DATABASE IF EXISTS ${workDatabase}`,
    `DROP DATABASE IF EXISTS ${secondDatabase}`,
    `CREATE DATABASE ${workDatabase} CHARACTER SET utf8mb4`,
    `USE ${workDatabase}`,
    `CREATE TABLE users (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(200), balance DECIMAL(14,4) NOT NULL DEFAULT 0, changed INT NOT NULL DEFAULT 0) ${innodb}`,
    `CREATE TABLE products (id INT PRIMARY KEY AUTO_INCREMENT, title VARCHAR(200), tags SET('热','新','a b'), attrs JSON) ${innodb}`,
    `CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, user_id INT, at DATETIME(6), paid TIMESTAMP(3) NULL, status ENUM('待付','已付','x') DEFAULT '待付', note TEXT, total DECIMAL(12,2), KEY (at), FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE) ${innodb}`,
    `CREATE TABLE items (id BIGINT PRIMARY KEY AUTO_INCREMENT, order_id INT NOT NULL, product_id INT, qty INT, FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE ON UPDATE CASCADE, FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE SET NULL ON UPDATE CASCADE) ${innodb}`,
    `CREATE TABLE audit (id BIGINT PRIMARY KEY AUTO_INCREMENT, what VARCHAR(300), at TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6)) ${innodb}`,
    `CREATE TABLE cards (id INT PRIMARY KEY AUTO_INCREMENT, carmi VARCHAR(400), sold TINYINT(1) NOT NULL DEFAULT 0) ${innodb}`,
    `CREATE TABLE kinds (id BIGINT PRIMARY KEY, i8 TINYINT UNSIGNED, i64 BIGINT UNSIGNED, f FLOAT, d DOUBLE, n DECIMAL(40,12), b BIT(19), dt DATETIME(6), ts TIMESTAMP(6) NULL, t TIME(3), y YEAR, c CHAR(30), vb VARBINARY(400), bl LONGBLOB, tx MEDIUMTEXT, j JSON, g GEOMETRY, e ENUM('a','二')) ${innodb}`,
    `CREATE TABLE nopk (a INT, b VARCHAR(40), c BLOB) ${innodb}`,
    `CREATE TABLE nullkey (u INT NULL, v VARCHAR(60), UNIQUE KEY (u)) ${innodb}`,
    `CREATE TABLE pairs (a VARCHAR(40) NOT NULL, b INT NOT NULL, v TEXT, PRIMARY KEY (a, b)) ${innodb}`,
    `CREATE TABLE computed (id INT PRIMARY KEY, a INT, s INT GENERATED ALWAYS AS (a * 2) STORED, v INT GENERATED ALWAYS AS (a + 1) VIRTUAL, KEY (v)) ${innodb}`,
    'CREATE TABLE old (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(60)) ENGINE=MyISAM DEFAULT CHARSET=utf8mb4',
    'CREATE TABLE hanzi (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(60), l VARCHAR(60) CHARACTER SET latin1) ENGINE=InnoDB DEFAULT CHARSET=gbk',
    `CREATE TRIGGER orders_in AFTER INSERT ON orders FOR EACH ROW INSERT INTO audit (what) VALUES (CONCAT('order ', NEW.id))`,
    `CREATE TRIGGER users_up BEFORE UPDATE ON users FOR EACH ROW SET NEW.changed = OLD.changed + 1`,
    ...(flavour === 'mariadb' ? ['CREATE SEQUENCE numbers START WITH 100 INCREMENT BY 3'] : []),
  ];
}
