/** A database with every kind of column and value that has ever been lost in a dump. Statements for MariaDB 10.11. */
export const everyTypeStatements: readonly string[] = [
  `CREATE TABLE every_type (
    id bigint unsigned NOT NULL AUTO_INCREMENT,
    ti tinyint, si smallint unsigned, mi mediumint, i int(10) unsigned zerofill, bi bigint,
    de decimal(65,30), de2 decimal(10,2), fl float, fl2 float(7,2), du double, bt bit(1), bt64 bit(64),
    da date, dt datetime(6), ts timestamp(3) NULL, tm time(6), yr year,
    ch char(10) CHARACTER SET utf8mb4, vc varchar(200) CHARACTER SET utf8mb4, vgbk varchar(200) CHARACTER SET gbk,
    vlat varchar(200) CHARACTER SET latin1, vu16 varchar(100) CHARACTER SET utf16, vsjis varchar(100) CHARACTER SET sjis,
    bn binary(8), vb varbinary(300), tt tinytext, tx text CHARACTER SET big5, mt mediumtext, lt longtext,
    tb tinyblob, bl blob, mb mediumblob, lb longblob,
    en enum('a','b,c','it''s','','中') CHARACTER SET utf8mb4, en2 enum('x','y'), se set('p','q','r s'),
    js json, uu uuid, i6 inet6, i4 inet4, ge geometry, pt point, po polygon,
    gv int GENERATED ALWAYS AS (ti + 1) VIRTUAL, gs varchar(20) GENERATED ALWAYS AS (concat(si, '!')) STORED,
    iv int INVISIBLE,
    PRIMARY KEY (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  'INSERT INTO every_type (id) VALUES (1)',
  `INSERT INTO every_type SET id=2, ti=-128, si=65535, mi=-8388608, i=42, bi=-9223372036854775808,
    de='-99999999999999999999999999999999999.999999999999999999999999999999', de2=-0.01,
    fl=3.402823466e38, fl2=1.23, du=1.7976931348623157e308, bt=b'1', bt64=18446744073709551615,
    da='0000-00-00', dt='9999-12-31 23:59:59.999999', ts='1970-01-01 00:00:01.001', tm='-838:59:59.000000', yr=1901,
    ch='a  ', vc='', vgbk='中文\\\\', vlat='é', vu16='中', vsjis='ソ表能', bn='a', vb='', tt='', tx='功許蓋', mt='', lt='\\\\N',
    tb='', bl='\\\\N', mb=0x00, lb=REPEAT(0x09, 70000), en='', en2='y', se='', js='null',
    uu='123e4567-e89b-12d3-a456-426655440000', i6='::ffff:1.2.3.4', i4='255.255.255.255',
    ge=ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1.5 1e-300))', 4326),
    pt=POINT(0.1, -0.0), po=ST_GeomFromText('POLYGON((0 0,0 1,1 1,0 0))'), iv=7`,
  `INSERT INTO every_type SET id=3, fl=1.17549e-38, du=5e-324, bt=b'0', bt64=0, da='2024-02-31', dt='2024-00-00 00:00:00',
    ts='0000-00-00', tm='00:00:00.000001', yr='0000', se='p,q,r s', js='{"a":"\\\\n😀"}', en='b,c', en2=999`,
  `INSERT INTO every_type SET id=4, fl=-0e0, du=-0e0, fl2=0.1, vc=CONCAT('a', CHAR(0), '\t\n\r', CHAR(26), CHAR(8), '\\\\'),
    en='中', se='p', vb=UNHEX('000102FFFE'), bi=9223372036854775807, de=1e-30`,
  'INSERT INTO every_type SET fl=0.1, du=0.1, vlat=UNHEX("E4B8AD80FF"), mt="2024", id=18446744073709551614',
  'UPDATE every_type SET id=0 WHERE id=1',
];

export const otherTableStatements: readonly string[] = [
  'CREATE TABLE no_key (a varchar(20), b int) ENGINE=InnoDB DEFAULT CHARSET=latin1',
  "INSERT INTO no_key VALUES ('x',1),('x',1),(NULL,1),('',NULL)",
  'CREATE TABLE myisam_one (a int, b varchar(10), KEY (a)) ENGINE=MyISAM',
  "INSERT INTO myisam_one VALUES (1,'a'),(2,'b')",
  'CREATE TABLE composite (b varchar(30), a int, c text, d int, PRIMARY KEY (a, b), UNIQUE KEY u (d), KEY p (c(10)), FULLTEXT KEY f (c), FULLTEXT KEY f2 (b,c)) CHARSET=utf8mb4',
  "INSERT INTO composite VALUES ('x',1,'hello world',1),('X1',1,NULL,NULL),('y',2,'卡密',3)",
  'CREATE TABLE auto_second (a int NOT NULL, n int NOT NULL AUTO_INCREMENT, v varchar(9), PRIMARY KEY (a), KEY vk (v), KEY nk (n)) AUTO_INCREMENT=500',
  "INSERT INTO auto_second VALUES (1,7,'a'),(2,0,'b')",
  'CREATE TABLE places (id int PRIMARY KEY, g geometry NOT NULL, SPATIAL KEY sg (g))',
  'INSERT INTO places VALUES (1, POINT(1,2)), (2, POINT(-1,1e10))',
  `CREATE TABLE parts (id int NOT NULL, d date NOT NULL, v varchar(20) DEFAULT 'a,(b', PRIMARY KEY (id, d), KEY v (v))
    PARTITION BY RANGE (year(d)) (PARTITION p0 VALUES LESS THAN (2020), PARTITION p1 VALUES LESS THAN MAXVALUE)`,
  "INSERT INTO parts VALUES (1,'2019-01-01','a'),(1,'2024-01-01',NULL)",
  "CREATE TABLE `odd ``name\\t)` (`col ``(1),` int COMMENT 'it''s a ) KEY, \\\\ \\n', `键` varchar(5) DEFAULT '),', KEY `k ``(` (`col ``(1),`), CONSTRAINT `c,1` CHECK (`键` <> ')')) COMMENT='x) , KEY `y` (`z`)'",
  "INSERT INTO `odd ``name\\t)` VALUES (1, 'a')",
  'CREATE TABLE fk_a (id int PRIMARY KEY, b int, KEY ib (b), CONSTRAINT to_b FOREIGN KEY (b) REFERENCES fk_b (id) ON DELETE CASCADE)',
  'CREATE TABLE fk_b (id int PRIMARY KEY, a int, self int, KEY ia (a), KEY (self), CONSTRAINT to_a FOREIGN KEY (a) REFERENCES fk_a (id), CONSTRAINT to_self FOREIGN KEY (self) REFERENCES fk_b (id) ON UPDATE SET NULL)',
  'INSERT INTO fk_a VALUES (1, 1), (2, NULL)',
  'INSERT INTO fk_b VALUES (1, 1, 1), (2, 2, 1)',
  'CREATE SEQUENCE seq START WITH 5 INCREMENT BY 3 CACHE 10',
  'SELECT NEXTVAL(seq)',
  'CREATE TABLE with_seq (id int NOT NULL DEFAULT nextval(seq), v int, PRIMARY KEY (id))',
  'INSERT INTO with_seq (v) VALUES (1)',
];

export const objectStatements: readonly string[] = [
  'CREATE TABLE log (id int AUTO_INCREMENT PRIMARY KEY, what varchar(50))',
  'CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC RETURN n * 2 /* `shop`.`x` */',
  'CREATE PROCEDURE note(w varchar(50)) BEGIN INSERT INTO log (what) VALUES (CONCAT(w, \';\', "\\\\")); END',
  "CREATE VIEW z_view AS SELECT id, 'the `shop`.`log` text' AS txt FROM shop.log",
  'CREATE VIEW a_view AS SELECT v.id, twice(v.id) AS t FROM z_view v',
  'CREATE TRIGGER log_bi BEFORE INSERT ON log FOR EACH ROW SET NEW.what = CONCAT(NEW.what, 1)',
  'CREATE TRIGGER log_bi2 BEFORE INSERT ON log FOR EACH ROW FOLLOWS log_bi SET NEW.what = CONCAT(NEW.what, 2)',
  "CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' ON COMPLETION PRESERVE DO DELETE FROM log WHERE id < 0",
  "CREATE EVENT asleep ON SCHEDULE EVERY 1 HOUR STARTS '2030-01-01 00:00:00' DISABLE DO DELETE FROM log WHERE id < 0",
];

/** The same shop as MySQL 9 can hold it: no UUID, INET or sequences, but JSON, VECTOR and SRIDs. */
export const mysqlStatements: readonly string[] = [
  ...everyTypeStatements.map((sql) =>
    sql
      .replace('js json, uu uuid, i6 inet6, i4 inet4,', 'js json, ve vector(3), gw geometry SRID 4326,')
      .replace(/uu='.*?i4='255.255.255.255',/s, "ve=TO_VECTOR('[1,2,3.5]'), gw=ST_GeomFromText('POINT(10 20)',4326),")
      .replace("js='{", 'js=\'{"d":1.10,"n":18446744073709551615,')
      .replace('mt="2024"', 'js=\'[1.0,1e100,"\\\\u0000x"]\''),
  ),
  // What SQL makes and no JSON text can say.
  `UPDATE every_type SET js = JSON_OBJECT('d', 9.90, '守 "x\\\\', JSON_ARRAY(1, JSON_OBJECT('', -1.00)), 'big', 123456789012345678901234567890.10) WHERE id = 4`,
  ...otherTableStatements.filter((sql) => !/seq/i.test(sql)),
  ...objectStatements.map((sql) => sql.replace(' twice(v.id)', ' shop.twice(v.id)')),
];
