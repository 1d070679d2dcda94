import { describe, expect, it } from 'vitest';
import { fc } from '../../../platform/testing/seeded.ts';
import { splitDdl } from './ddl-split.ts';
import { renameDatabases, withoutDefiner } from './rewrite-ddl.ts';
import { tokenize } from './sql-tokens.ts';

const table = (entries: readonly string[], tail = ') ENGINE=InnoDB') =>
  `CREATE TABLE \`t (\`\`,\` (\n${entries.map((entry) => `  ${entry}`).join(',\n')}\n${tail}`;

describe('tokenize', () => {
  it('tiles whatever it accepts', () => {
    const piece = fc.constantFrom(
      '`a`',
      '``',
      "'x'",
      "'",
      '"',
      '\\',
      '/*',
      '*/',
      '-- ',
      '#',
      '\n',
      'word',
      '中',
      '(',
      ',',
      '.',
      '/*!50100 ',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece), fc.boolean(), fc.boolean(), (pieces, ansiQuotes, backslashEscapes) => {
        const sql = pieces.join('');
        const tokens = tokenize(sql, { ansiQuotes, backslashEscapes });
        if (tokens !== null) expect(tokens.map((token) => token.text).join('')).toBe(sql);
      }),
    );
  });
});

describe('splitDdl', () => {
  it('defers secondary, FULLTEXT and foreign keys, and nothing else', () => {
    const ddl = table([
      "`id` int(11) NOT NULL COMMENT 'KEY (`x`), it''s \\\\'",
      "`v),(` varchar(9) DEFAULT '),' /*!80023 INVISIBLE */",
      'PRIMARY KEY (`id`)',
      'UNIQUE KEY `u` (`v),(`)',
      "KEY `k,` (`v),(`(3),`id`) COMMENT 'a,b'",
      'SPATIAL KEY `s` (`g`)',
      'FULLTEXT KEY `f` (`v),(`) /*!50100 WITH PARSER `ngram` */ ',
      'CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `p` (`id`) ON DELETE CASCADE',
      "CONSTRAINT `c` CHECK (`v),(` <> ')')",
    ]);
    const split = splitDdl(ddl);
    expect(split.keys).toEqual([
      'ADD UNIQUE KEY `u` (`v),(`)',
      "ADD KEY `k,` (`v),(`(3),`id`) COMMENT 'a,b'",
      'ADD SPATIAL KEY `s` (`g`)',
    ]);
    expect(split.fulltextKeys).toEqual(['ADD FULLTEXT KEY `f` (`v),(`) /*!50100 WITH PARSER `ngram` */']);
    expect(split.foreignKeys).toEqual([
      'ADD CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `p` (`id`) ON DELETE CASCADE',
    ]);
    expect(split.create).toBe(
      table([
        "`id` int(11) NOT NULL COMMENT 'KEY (`x`), it''s \\\\'",
        "`v),(` varchar(9) DEFAULT '),' /*!80023 INVISIBLE */",
        'PRIMARY KEY (`id`)',
        "CONSTRAINT `c` CHECK (`v),(` <> ')')",
      ]),
    );
  });

  it('keeps the key of an AUTO_INCREMENT column, and the keys before it', () => {
    const entries = [
      '`a` int NOT NULL',
      '`n` int NOT NULL AUTO_INCREMENT',
      'PRIMARY KEY (`a`)',
      'KEY `v` (`a`)',
      'KEY `n` (`n`)',
      'KEY `w` (`a`,`n`)',
    ];
    const split = splitDdl(table(entries));
    expect(split.keys).toEqual(['ADD KEY `w` (`a`,`n`)']);
    expect(split.create).toBe(table(entries.slice(0, 5)));
  });

  it('keeps unique keys where there is no primary key, and leaves whole what it does not know', () => {
    const unique = table(['`a` int NOT NULL', 'UNIQUE KEY `u` (`a`)']);
    expect(splitDdl(unique)).toMatchObject({ create: unique, keys: [] });
    for (const odd of [
      table(['`a` int', 'PRIMARY KEY (`a`)', 'KEY `k` (`a`)', 'VECTOR KEY `x` (`a`)']),
      table(['`a` int', 'PRIMARY KEY (`a`)', 'KEY `k` (`a`)'], ') ENGINE=InnoDB WITH SYSTEM VERSIONING'),
      'CREATE TABLE `t` (`a',
      'nonsense',
    ]) {
      expect(splitDdl(odd)).toEqual({ create: odd, keys: [], fulltextKeys: [], foreignKeys: [] });
    }
  });
});

describe('rewriting', () => {
  const renamed = (ddl: string, from: string, to: string, sqlMode: string | null = null) =>
    renameDatabases(ddl, new Map([[from, to]]), sqlMode);

  it('renames the database where it qualifies a name, not in text', () => {
    const view =
      "CREATE VIEW `shop`.`v` AS select `o`.`id` AS `id`,'`shop`.`o`' AS `t` from (`shop`.`o` join `other`.`shop`)";
    expect(renamed(view, 'shop', 'neu`')).toBe(
      "CREATE VIEW `neu```.`v` AS select `o`.`id` AS `id`,'`shop`.`o`' AS `t` from (`neu```.`o` join `other`.`shop`)",
    );
    expect(renamed('BEGIN DELETE FROM shop.log; /* shop.x */ SELECT shop; END', 'shop', 'n')).toBe(
      'BEGIN DELETE FROM `n`.log; /* shop.x */ SELECT shop; END',
    );
    expect(renamed('SELECT "shop"."t", \'shop.t\'', 'shop', 'n', 'ANSI_QUOTES')).toBe('SELECT `n`."t", \'shop.t\'');
  });

  it('is careful where an alias is called like the database', () => {
    const view = 'CREATE VIEW `v` AS select `shop`.`id` AS `id` from `shop`.`orders` `shop` where `shop`.`id` > 0';
    expect(renamed(view, 'shop', 'n')).toBe(
      'CREATE VIEW `v` AS select `shop`.`id` AS `id` from `n`.`orders` `shop` where `shop`.`id` > 0',
    );
  });

  it('renames several databases at once, without chains', () => {
    const swap = new Map([
      ['a', 'b'],
      ['b', 'a'],
    ]);
    expect(renameDatabases('SELECT * FROM `a`.`x` JOIN `b`.`a`', swap)).toBe('SELECT * FROM `b`.`x` JOIN `a`.`a`');
  });

  it('takes the definer away', () => {
    expect(withoutDefiner('CREATE ALGORITHM=MERGE DEFINER=`a``b`@`%` SQL SECURITY DEFINER VIEW `v` AS select 1')).toBe(
      'CREATE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW `v` AS select 1',
    );
    expect(withoutDefiner('CREATE DEFINER=`role` TRIGGER t')).toBe('CREATE TRIGGER t');
    expect(withoutDefiner('CREATE VIEW `v` AS select "DEFINER=x@y"')).toBe('CREATE VIEW `v` AS select "DEFINER=x@y"');
  });
});
