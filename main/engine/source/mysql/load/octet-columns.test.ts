import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Column, TableSchema } from '../../../../../shared/model/database.ts';
import { assetPath } from '../../../platform/asset-path.ts';
import { aColumn } from '../../../repository/testing/a-shop.ts';
import { octetTypes, withOctetColumns } from './octet-columns.ts';

/** The lines are MariaDB's and MySQL's own, as SHOW CREATE TABLE prints them. */
describe('withOctetColumns', () => {
  it.each([
    ['utf8mb4', '`c` varchar(20) NOT NULL', '`c` varbinary(80) NOT NULL', 'varbinary(80)'],
    [
      'gbk',
      '`c` varchar(20) CHARACTER SET gbk COLLATE gbk_chinese_ci DEFAULT NULL',
      '`c` varbinary(40) DEFAULT NULL',
      'varbinary(40)',
    ],
    [
      'latin1',
      "`c` char(3) CHARACTER SET latin1 NOT NULL DEFAULT 'x'",
      "`c` varbinary(3) NOT NULL DEFAULT 'x'",
      'varbinary(3)',
    ],
    ['utf8mb3', '`c` tinytext COLLATE utf8mb3_bin', '`c` tinyblob', 'tinyblob'],
    ['utf8mb4', '`c` mediumtext DEFAULT NULL', '`c` mediumblob DEFAULT NULL', 'mediumblob'],
    [
      'utf8mb4',
      "`c` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL COMMENT 'a, (b) COLLATE x' CHECK (json_valid(`c`))",
      "`c` longblob DEFAULT NULL COMMENT 'a, (b) COLLATE x' CHECK (json_valid(`c`))",
      'longblob',
    ],
    ['utf8mb4', "`c` varchar(2) DEFAULT '中'", "`c` varbinary(8) DEFAULT '中'", 'varbinary(8)'],
    [
      'gbk',
      "`c` varchar(2) CHARACTER SET gbk DEFAULT '中'",
      "`c` varbinary(4) DEFAULT (CAST(CONVERT('中' USING gbk) AS BINARY))",
      'varbinary(4)',
    ],
    [
      'utf16',
      "`c` varchar(2) CHARACTER SET utf16 DEFAULT 'x'",
      "`c` varbinary(8) DEFAULT (CAST(CONVERT('x' USING utf16) AS BINARY))",
      'varbinary(8)',
    ],
    ['utf8mb4', '`c` varchar(20) /*!80023 INVISIBLE */', '`c` varbinary(80) /*!80023 INVISIBLE */', 'varbinary(80)'],
  ])('gives a column of %s the twin of its size: %s', (charset, line, twin, type) => {
    const made = withOctetColumns(aSchema([line, 'PRIMARY KEY (`id`)'], charset), new Set(['c']));

    expect(made?.schema.ddl).toBe(aSchema([twin, 'PRIMARY KEY (`id`)'], charset).ddl);
    expect(made?.schema.columns[1]).toMatchObject({
      dataType: type.replace(/\(.*/, ''),
      columnType: type,
      charset: null,
      collation: null,
    });
    expect(made?.definitions).toEqual(new Map([['c', line]]));
  });

  it('keeps keys over as many octets as their characters could have, and leaves FULLTEXT keys out', () => {
    const keys = ['PRIMARY KEY (`id`)', 'UNIQUE KEY `u` (`id`,`c`(5))', 'KEY `d` (`d`(5))', 'KEY `c` (`c`)'];
    const lines = [
      '`c` varchar(20)',
      '`d` varchar(20)',
      ...keys,
      'FULLTEXT KEY `f` (`d`,`c`)',
      'FULLTEXT KEY `g` (`d`)',
    ];

    const made = withOctetColumns(aSchema(lines, 'utf8mb4'), new Set(['c']));

    expect(made?.leftOut).toEqual(['FULLTEXT KEY `f` (`d`,`c`)']);
    expect(made?.schema.ddl).toBe(
      aSchema(
        [
          '`c` varbinary(80)',
          '`d` varchar(20)',
          'PRIMARY KEY (`id`)',
          'UNIQUE KEY `u` (`id`,`c`(20))',
          'KEY `d` (`d`(5))',
          'KEY `c` (`c`)',
          'FULLTEXT KEY `g` (`d`)',
        ],
        'utf8mb4',
      ).ddl,
    );
  });

  it('names generated columns that read it', () => {
    const lines = [
      '`c` varchar(20)',
      '`g` int(11) GENERATED ALWAYS AS (length(`c`)) STORED',
      '`h` int(11) GENERATED ALWAYS AS (`id` + 1) VIRTUAL',
    ];

    expect(withOctetColumns(aSchema(lines, 'utf8mb4'), new Set(['c']))?.generated).toEqual(['g']);
  });

  it.each([
    ['a column that is no text', "`c` enum('a')"],
    ['a column that is not there', '`x` varchar(20)'],
    ['a line that is not understood', 'PERIOD FOR `c` (`a`, `b`)'],
  ])('does nothing about %s', (_, line) => {
    expect(withOctetColumns(aSchema([line], 'utf8mb4'), new Set(['c']))).toBeNull();
  });
});

describe('recover.mjs', () => {
  it('takes the same types of text for octets as a restore does', async () => {
    const script = await readFile(assetPath('recover/recover.mjs'), 'utf8');
    const list = /^const OCTET_TYPES = \{\n(?<entries>[^}]*)\};$/m.exec(script)?.groups?.['entries'] ?? '';
    const entries = Array.from(list.matchAll(/^ {2}(\w+): '(\w+)',$/gm), ([, text, octets]) => [text, octets]);

    expect(entries).toHaveLength(list.trimEnd().split('\n').length);
    expect(Object.fromEntries(entries)).toEqual(octetTypes);
  });
});

function aSchema(lines: readonly string[], charset: string): TableSchema {
  const text: Column = { ...aColumn('c', 'varchar', {}), charset, collation: `${charset}_bin` };
  return {
    database: 'shop',
    name: 't',
    engine: 'InnoDB',
    transactional: true,
    ddl: `CREATE TABLE \`t\` (\n  ${['`id` int(11) NOT NULL', ...lines].join(',\n  ')}\n) ENGINE=InnoDB`,
    key: ['id'],
    columns: [aColumn('id', 'int', {}), text],
  };
}
