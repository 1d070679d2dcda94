import { describe, expect, it } from 'vitest';
import { layoutOfDdl } from './table-layout.ts';

const layout = (...lines: readonly string[]) =>
  layoutOfDdl(
    'shop',
    'cards',
    `CREATE TABLE \`cards\` (\n  ${lines.join(',\n  ')}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  );

describe('layoutOfDdl', () => {
  it('tells the columns in their order, what is computed, and what keys ask of rows', () => {
    const found = layout(
      '`id` int(11) NOT NULL AUTO_INCREMENT',
      "`co,de` varchar(40) NOT NULL DEFAULT '' COMMENT 'GENERATED ALWAYS AS `x`, NOT NULL'",
      '`note` varchar(40) DEFAULT NULL',
      '`body` longtext',
      '`at` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp()',
      "`n` int DEFAULT (cast(json_extract('{}','$') as signed))",
      '`short` varchar(8) GENERATED ALWAYS AS (left(`co,de`,8)) VIRTUAL',
      '`old` varchar(8) AS (left(`co,de`,8)) PERSISTENT',
      'PRIMARY KEY (`id`) USING BTREE',
      'UNIQUE KEY `id2` (`co,de`(10),`note`)',
      'UNIQUE KEY `id3` (`short`)',
      'KEY `body` (`body`(10))',
      'CONSTRAINT `f` FOREIGN KEY (`n`) REFERENCES `goods` (`id`)',
      'CHECK (`n` > 0)',
    );
    expect(found?.columns.map(({ name, type, generated }) => [name, type, generated === true])).toEqual([
      ['id', 'int', false],
      ['co,de', 'varchar', false],
      ['note', 'varchar', false],
      ['body', 'longtext', false],
      ['at', 'timestamp', false],
      ['n', 'int', false],
      ['short', 'varchar', true],
      ['old', 'varchar', true],
    ]);
    expect(found).toMatchObject({ key: ['id'], apart: ['id', 'co,de', 'short'], tableId: null });
  });

  it.each([
    ['a table that keeps its history', '`id` int NOT NULL', 'PRIMARY KEY (`id`)', 'PERIOD FOR SYSTEM_TIME (`a`, `b`)'],
    ['a line of an unknown kind', '`id` int NOT NULL', 'SOMETHING ELSE (`id`)'],
  ])('says nothing of %s', (_, ...lines) => {
    expect(layout(...lines)).toBeNull();
  });

  it('says nothing of a text that does not end', () => {
    expect(layoutOfDdl('shop', 'cards', "CREATE TABLE `cards` (`id` int DEFAULT 'x)")).toBeNull();
  });
});
