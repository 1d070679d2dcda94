import { describe, expect, it } from 'vitest';
import type { Flavour, TableSchema } from '../../../../../../shared/model/database.ts';
import { fitTable } from './fit-table.ts';
import { isForeign, serverName, type TargetServer } from './target-server.ts';

const mysql: TargetServer = {
  flavour: 'mysql',
  version: '9.7.4',
  collations: new Set(['utf8mb4_general_ci', 'utf8mb3_general_ci', 'utf8mb4_0900_ai_ci', 'utf8mb4_bin']),
  defaultCollations: new Map([['utf8mb4', 'utf8mb4_0900_ai_ci']]),
  engines: new Set(['innodb', 'myisam']),
};
const mariadb: TargetServer = {
  ...mysql,
  flavour: 'mariadb',
  version: '10.11.19-MariaDB-log',
  collations: new Set(['utf8mb4_general_ci', 'utf8mb3_general_ci', 'utf8mb4_bin']),
  engines: new Set(['innodb', 'myisam', 'aria']),
};

function aTable(entries: readonly string[], tail = ') ENGINE=InnoDB'): TableSchema {
  const ddl = `CREATE TABLE \`t\` (\n${entries.map((entry) => `  ${entry}`).join(',\n')}\n${tail}`;
  return { database: 'shop', name: 't', engine: 'InnoDB', transactional: true, ddl, key: null, columns: [] };
}

const fit = (source: Flavour, target: TargetServer, entries: readonly string[], tail?: string) =>
  fitTable(aTable(entries, tail), source, target);

describe('a table for another server', () => {
  it('keeps every byte of what both understand', () => {
    const table = aTable(["`id` int(11) NOT NULL COMMENT 'COLLATE none /*!80023 INVISIBLE */'", 'PRIMARY KEY (`id`)']);

    expect(fitTable(table, 'mysql', mariadb)).toEqual({ ddl: table.ddl, obstacles: [], leftOut: [] });
    expect(fitTable(table, 'mariadb', mysql)).toEqual({ ddl: table.ddl, obstacles: [], leftOut: [] });
  });

  it('says out loud which collation a bare character set meant', () => {
    const { ddl } = fit(
      'mysql',
      mysql,
      [
        '`a` varchar(9) CHARACTER SET utf8mb4 NOT NULL',
        '`b` text CHARACTER SET latin1',
        '`c` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
      ],
      ') ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC',
    );

    expect(ddl).toContain('`a` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL');
    expect(ddl).toContain('`b` text CHARACTER SET latin1,');
    expect(ddl).toContain('`c` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin\n');
    expect(ddl).toContain('DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci ROW_FORMAT=DYNAMIC');
  });

  it('brings what MySQL hides from MariaDB into the open, and names what cannot be said', () => {
    const { ddl, leftOut } = fit('mysql', mariadb, [
      '`a` int DEFAULT NULL /*!80023 INVISIBLE */',
      '`p` point NOT NULL /*!80003 SRID 4326 */',
      'KEY `k` (`a`) /*!80000 INVISIBLE */',
    ]);

    expect(ddl).toContain('`a` int DEFAULT NULL INVISIBLE,');
    expect(ddl).toContain('KEY `k` (`a`) IGNORED\n');
    expect(ddl).not.toContain('/*!');
    expect(leftOut).toEqual(['SRID 4326']);
  });

  it('calls a type by the name that the target knows', () => {
    const entries = ["`geomcollection` geomcollection DEFAULT NULL COMMENT 'geomcollection'"];

    expect(fit('mysql', mariadb, entries).ddl).toContain(
      "`geomcollection` geometrycollection DEFAULT NULL COMMENT 'geomcollection'",
    );
    expect(fit('mysql', mysql, entries).ddl).toContain('` geomcollection DEFAULT');
  });

  it('leaves executable comments alone where their reader obeys them', () => {
    const table = aTable(['`a` int /*!80023 INVISIBLE */'], ') ENGINE=InnoDB\n/*!50100 PARTITION BY HASH (`a`) */');

    expect(fitTable(table, 'mysql', mysql).ddl).toBe(table.ddl);
    expect(fitTable(table, 'mysql', mariadb).ddl).toContain('/*!50100 PARTITION BY HASH (`a`) */');
    const packed = aTable(['`a` text /*M!100301 COMPRESSED*/ DEFAULT NULL']);
    expect(fitTable(packed, 'mariadb', mariadb).ddl).toBe(packed.ddl);
    expect(fitTable(packed, 'mariadb', mysql)).toMatchObject({ leftOut: ['COMPRESSED'] });
  });

  it.each<[Flavour, TargetServer, string[], string, string]>([
    ['mysql', mariadb, ['`a` text COLLATE utf8mb4_0900_ai_ci'], ') ENGINE=InnoDB', 'COLLATE utf8mb4_0900_ai_ci'],
    ['mysql', mariadb, ['`a` int'], ') ENGINE=InnoDB COLLATE=utf8mb4_0900_bin', 'COLLATE utf8mb4_0900_bin'],
    ['mysql', mariadb, ['`a` int', 'KEY `k` (`a`,(`a` * 2))'], ') ENGINE=InnoDB', 'KEY ((expression))'],
    ['mysql', mariadb, ['`a` int', 'CONSTRAINT `c` CHECK ((`a` > 1)) /*!80016 NOT ENFORCED */'], ')', 'NOT ENFORCED'],
    ['mariadb', mysql, ['`a` int'], ') ENGINE=Aria', 'ENGINE=Aria'],
    ['mariadb', mysql, ['`a` int'], ') ENGINE=InnoDB WITH SYSTEM VERSIONING', 'WITH SYSTEM VERSIONING'],
    ['mariadb', mysql, ['`a` int DEFAULT nextval(`shop`.`s`)'], ')', 'SEQUENCE'],
  ])('has an obstacle from %s', (source, target, entries, tail, obstacle) => {
    expect(fit(source, target, entries, tail).obstacles).toEqual([obstacle]);
  });

  it('knows old names of collations and keys that only look like expressions', () => {
    expect(fit('mariadb', mysql, ['`a` text COLLATE utf8_general_ci', 'KEY `k (((` (`a`(10),`b`)']).obstacles).toEqual(
      [],
    );
    expect(fit('mysql', mariadb, ['`a` text', 'KEY `k (((` (`a`(10),`b`)']).obstacles).toEqual([]);
  });

  it('may have types that came with a version', () => {
    const column = { name: 'v', columnType: 'vector(3)', charset: null, collation: null, nullable: true };
    const table: TableSchema = {
      ...aTable(['`v` vector(3)']),
      columns: [{ ...column, dataType: 'vector', form: 'plain', long: false, secret: false }],
    };

    expect(fitTable(table, 'mysql', mariadb).obstacles).toEqual(['VECTOR']);
    expect(fitTable(table, 'mysql', { ...mariadb, version: '11.8.6-MariaDB' }).obstacles).toEqual([]);
  });
});

it('tells servers apart by flavour and series', () => {
  const facts = { versionComment: '', serverId: '1', serverUuid: null, hostname: '', variables: {} };
  const source = { ...facts, flavour: 'mariadb', version: '5.5.5-10.11.2-MariaDB' } as const;

  expect(isForeign(source, mariadb)).toBe(false);
  expect(isForeign(source, { ...mariadb, version: '11.8.6' })).toBe(true);
  expect(isForeign(source, mysql)).toBe(true);
  expect(serverName(source)).toBe('MariaDB 10.11.2');
});
