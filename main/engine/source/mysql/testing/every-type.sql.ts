import type { Flavour } from '../../../../../shared/model/database.ts';

/**
 * A database with every column type and its edge values, in statements of one flavour. Table names say what they try.
 * Written with `sql_mode = ''`, so that zero dates, odd enum members and rounded values get in as they do in old shops.
 */
export function everyType(flavour: Flavour, database: string): string[] {
  const inDb = (sql: string) => sql.replaceAll('@', `\`${database}\`.`);
  return [
    `DROP DATABASE IF EXISTS \`${database}\``,
    `CREATE DATABASE \`${database}\` CHARACTER SET utf8mb4`,
    "SET SESSION sql_mode = ''",
    ...shared.map(inDb),
    ...(flavour === 'mariadb' ? mariadb : mysql).map(inDb),
  ];
}

const shared = [
  `CREATE TABLE @integers (id bigint unsigned PRIMARY KEY, a tinyint, b smallint, c mediumint, d int, e bigint, ua tinyint unsigned,
    ub bigint unsigned, z int(8) zerofill, zb bigint zerofill, flag tinyint(1), bit1 bit(1), bit17 bit(17), bit64 bit(64), y year) ENGINE=InnoDB`,
  `INSERT INTO @integers VALUES
    (0, -128, -32768, -8388608, -2147483648, -9223372036854775808, 0, 0, 0, 0, 0, b'0', b'0', 0, 0),
    (1, 127, 32767, 8388607, 2147483647, 9223372036854775807, 255, 18446744073709551615, 42, 18446744073709551615, 1, b'1', 0x1ffff, 18446744073709551615, 1901),
    (18446744073709551615, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (9007199254740993, -0, 0, 1, -1, 9007199254740993, 7, 9007199254740993, 123456789, 7, 2, 1, 5, 9223372036854775808, 2155)`,
  `CREATE TABLE @numbers (id int PRIMARY KEY, d decimal(65,30), e decimal(10,2), u decimal(20,0) unsigned, f float, ff float(7,3),
    g double, gg double(12,4), gu double unsigned, fz float zerofill, gz double zerofill) ENGINE=InnoDB`,
  `INSERT INTO @numbers VALUES
    (1, -99999999999999999999999999999999999.999999999999999999999999999999, -0.01, 99999999999999999999, 0.1, 1234.567, 0.1, 12345678.9012, 0.3, 1.5, 1.5),
    (2, 0, 0, 0, 3.4028234e38, -0.001, 1.7976931348623157e308, -0.0001, 1e300, 1e10, 1e20),
    (3, 0.000000000000000000000000000001, 12345678.90, 1, 1.17549435e-38, 0, 2.2250738585072014e-308, 0, 5e-324, 0, 0),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, -1, 99999999.99, 7, -0e0, -0e0, -0e0, -0e0, 1e15, 1e-5, 123456789012345680000),
    (6, 1, 1, 1, 16777217, 0.5, 0.1e0 + 0.2e0, 1, 123456789.123456789, 1e7, 1e15),
    (7, 1, 1, 1, 1e-45, 9999.999, 5e-324, 99999999.9999, 1e16, 1e6, 1e14),
    (8, 1, 1, 1, 0.010516252, 1, 1e14 + 0.5, 1, 1e17, 3.14159, 3.141592653589793),
    (9, 1, 1, 1, -5.5e-39, 1, -1.2345678901234567e-300, 1, 9.999999747378753e-15, 9.99e-6, 9.999999747378753e-15),
    (10, 1, 1, 1, 100, 100, 100, 100, 1000.0, 10, 10)`,
  `CREATE TABLE @times (id int PRIMARY KEY, d date, t time, t6 time(6), dt datetime, dt3 datetime(3), dt6 datetime(6), ts timestamp NULL, ts6 timestamp(6) NULL) ENGINE=InnoDB`,
  `INSERT INTO @times VALUES
    (1, '0000-00-00', '-838:59:59', '-838:59:59.000000', '0000-00-00 00:00:00', '0000-00-00', '0000-00-00', '0000-00-00 00:00:00', '0000-00-00'),
    (2, '9999-12-31', '838:59:59', '12:00:00.000001', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999', '1000-01-01 00:00:00.000001', '1970-01-01 00:00:01', '2038-01-19 03:14:07.999999'),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, '2024-00-00', '00:00:00', '-00:00:00.5', '2024-02-00 00:00:00', '2024-10-27 01:30:00.5', '2024-10-27 02:30:00', '2024-10-27 00:30:00', '2024-10-27 01:30:00.25')`,
  `CREATE TABLE @strings (id int PRIMARY KEY, c char(10), v varchar(200), vb varchar(20) CHARACTER SET latin1, vg varchar(20) CHARACTER SET gbk,
    cg char(8) CHARACTER SET gbk, u2 varchar(20) CHARACTER SET ucs2, u16 text CHARACTER SET utf16, u32 varchar(10) CHARACTER SET utf32,
    u3 varchar(20) CHARACTER SET utf8mb3, b binary(6), bv varbinary(300),
    e enum('a','b,c','d''e','','守护'), s set('x','y z','q'), tt tinytext, t text, mt mediumtext, lt longtext CHARACTER SET gbk, tb tinyblob, bb blob, mb mediumblob, lb longblob) ENGINE=InnoDB`,
  `INSERT INTO @strings VALUES
    (1, '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', ''),
    (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (3, '守护  ', 'tab\\tline\\nnul\\0back\\\\quote\\' 😀 é ', 'é', '守护', '中 ', '守护', '😀守', '😀', '守', 'ab', 0x00ff80, '守护', 'x,q', '守护', '😀', 'm', '长文本', 0xff00, 0xfffe, 0x0a, 0x1a),
    (4, 'N', '2:ab', 'NULL', 'N', 'a', 'b', 'c', 'd', 'e', 0x000000000000, 0xf09f9880, 'not a member', 7, 'x', REPEAT('ab', 30000), REPEAT('长', 30000), REPEAT('护', 40000), REPEAT(0xfb, 255), REPEAT(0xfe, 65535), REPEAT(0x00, 70000), REPEAT(0xfc, 200000))`,
  "UPDATE @strings SET vb = CONVERT(CAST('守护' AS BINARY) USING latin1) WHERE id = 4",
  `CREATE TABLE @shapes (id int PRIMARY KEY, g geometry, p point, l linestring, po polygon, mp multipoint, gc geometrycollection) ENGINE=InnoDB`,
  `INSERT INTO @shapes VALUES
    (1, ST_GeomFromText('POINT(1 2)'), ST_GeomFromText('POINT(-0 1e300)'), ST_GeomFromText('LINESTRING(0 0,1 1)'), ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))'), ST_GeomFromText('MULTIPOINT(0 0,1 1)'), ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1))')),
    (2, ST_GeomFromText('POINT(1 2)', 4326), NULL, NULL, NULL, NULL, NULL)`,
  `CREATE TABLE @computed (id int PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2) STORED, thrice int GENERATED ALWAYS AS (a * 3) VIRTUAL,
    made datetime DEFAULT CURRENT_TIMESTAMP, touched timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, x int DEFAULT 3) ENGINE=InnoDB`,
  "INSERT INTO @computed (id, a, made, touched) VALUES (1, 5, '2024-01-01', '2024-01-01'), (2, NULL, NULL, NULL)",
  'CREATE TABLE @keyless (a int, b varchar(20), m mediumtext) ENGINE=InnoDB',
  "INSERT INTO @keyless VALUES (1, 'x', NULL), (1, 'x', NULL), (NULL, NULL, NULL), (NULL, NULL, NULL), (NULL, NULL, NULL), (2, '', 'm'), (1, 'x', '')",
  'CREATE TABLE @nothing (id int PRIMARY KEY, v varchar(5)) ENGINE=InnoDB',
  'CREATE TABLE @nothing_keyless (v varchar(5)) ENGINE=InnoDB',
  'CREATE TABLE @`odd ``na.me`` 表` (`id ``x``` int, `名 字.` varchar(20), PRIMARY KEY (`id ``x```)) ENGINE=InnoDB',
  "INSERT INTO @`odd ``na.me`` 表` VALUES (1, '值'), (2, NULL)",
  `CREATE TABLE @composite (shop varchar(20) COLLATE utf8mb4_unicode_ci, day date, n decimal(8,2), pin varchar(40), PRIMARY KEY (shop, day, n)) ENGINE=InnoDB`,
  "INSERT INTO @composite VALUES ('a', '2024-01-01', 1.50, 's1'), ('B', '2024-01-01', -2, 's2'), ('b', '2024-01-02', 0, NULL), ('é', '0000-00-00', 9, '')",
];

const mariadb = [
  'CREATE TABLE @only_mariadb (id int PRIMARY KEY, u uuid, i4 inet4, i6 inet6, j json, hidden int INVISIBLE DEFAULT 5) ENGINE=InnoDB',
  `INSERT INTO @only_mariadb (id, u, i4, i6, j) VALUES (1, '123e4567-e89b-12d3-a456-426655440000', '255.255.255.255', '::ffff:1.2.3.4', '{"a": "守护\\\\n"}'), (2, NULL, NULL, NULL, NULL),
    (3, '00000000-0000-0000-0000-000000000000', '0.0.0.0', '::', 'null')`,
  'CREATE TABLE @versioned (id int PRIMARY KEY, v int) ENGINE=InnoDB WITH SYSTEM VERSIONING',
  'INSERT INTO @versioned VALUES (1, 1), (2, 2)',
  'DELETE FROM @versioned WHERE id = 2',
  'CREATE TABLE @aria (id int PRIMARY KEY, v varchar(10)) ENGINE=Aria',
  "INSERT INTO @aria VALUES (1, 'x')",
];

const mysql = [
  'CREATE TABLE @only_mysql (id int PRIMARY KEY, j json, v vector(3), hidden int DEFAULT 5 INVISIBLE, KEY ((id * 2))) ENGINE=InnoDB',
  `INSERT INTO @only_mysql (id, j, v) VALUES (1, '{"b": 1.0, "a": [1, null, "守护\\\\n😀"]}', STRING_TO_VECTOR('[1,2.5,-3]')), (2, NULL, NULL), (3, 'null', NULL),
    (4, CAST(CAST('2024-01-01 10:00:00' AS DATETIME) AS JSON), NULL), (5, JSON_OBJECT('big', 18446744073709551615, 'd', 1e300, 'dec', 0.10), NULL)`,
];
