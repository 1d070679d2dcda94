import { describe, expect, it } from 'vitest';
import { fc } from '../../../platform/testing/seeded.ts';
import {
  accountsRecordSchema,
  type Account,
  type AccountName,
  type Grant,
} from '../../../../../shared/model/accounts.ts';
import { createStatements, defaultRoleStatement, grantStatement } from './account-sql.ts';
import { mayBeGiven } from './fit-rights.ts';
import { parseAccountStatement } from './parse-create.ts';
import { parseGrantLine } from './parse-grant.ts';
import { accountsSql } from './sql-file.ts';

const shop: AccountName = { user: 'shop', host: 'localhost' };

function anAccount(fields: Partial<Account> = {}): Account {
  return {
    kind: 'user',
    name: shop,
    create: "CREATE USER `shop`@`localhost` IDENTIFIED BY PASSWORD '*2B602296A79E0A8784ACC5C88D92E46588CCA3C3'",
    alter: null,
    grants: [],
    defaultRoles: [],
    ...fields,
  };
}

function aRight(database: string | null, object: string | null = null): Grant {
  const privileges = [{ name: 'SELECT', columns: [] }];
  return { kind: 'privileges', privileges, objectType: 'table', database, object, withGrantOption: false };
}

describe('CREATE USER as servers show it', () => {
  it.each([
    "CREATE USER `shop`@`localhost` IDENTIFIED BY PASSWORD '*2B60' REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 100 MAX_STATEMENT_TIME 12.500000 ACCOUNT LOCK PASSWORD EXPIRE",
    "CREATE USER `shop`@`localhost` IDENTIFIED VIA ed25519 USING 'x''y' OR unix_socket WITH MAX_USER_CONNECTIONS -1",
    "CREATE USER `o'neil``张`@`10.%` IDENTIFIED WITH 'caching_sha2_password' AS 0x2441 REQUIRE NONE PASSWORD EXPIRE DEFAULT ACCOUNT UNLOCK PASSWORD HISTORY 3 PASSWORD REUSE INTERVAL 5 DAY PASSWORD REQUIRE CURRENT OPTIONAL FAILED_LOGIN_ATTEMPTS 3 PASSWORD_LOCK_TIME UNBOUNDED ATTRIBUTE '{\"comment\": \"it\\'s; \\\\\"x\"}'",
    "CREATE USER `x`@`%` REQUIRE ISSUER '/O=a; DROP USER b' SUBJECT '-- /* x' CIPHER 'AES'",
    'ALTER USER `exp`@`%` PASSWORD EXPIRE INTERVAL 30 DAY',
  ])('is taken as it is: %s', (text) => {
    expect(parseAccountStatement(text)?.statement).toBe(text);
  });

  it('loses its default roles, which may not exist yet', () => {
    const read = parseAccountStatement(
      "CREATE USER `a`@`%` IDENTIFIED WITH 'caching_sha2_password' AS 0x24 DEFAULT ROLE `r1`@`%`,`店``2`@`%` REQUIRE NONE",
    );
    expect(read).toMatchObject({
      statement: "CREATE USER `a`@`%` IDENTIFIED WITH 'caching_sha2_password' AS 0x24 REQUIRE NONE",
      defaultRoles: [
        { user: 'r1', host: '%' },
        { user: '店`2', host: '%' },
      ],
      plugins: ['caching_sha2_password'],
    });
  });

  it.each([
    'CREATE OR REPLACE USER `shop`@`localhost`',
    'CREATE USER IF NOT EXISTS `shop`@`localhost`',
    'CREATE USER `shop`@`localhost`, `root`@`localhost`',
    "CREATE USER `shop`@`localhost` IDENTIFIED BY 'x'; DROP USER `root`@`localhost`",
    "CREATE USER `shop`@`localhost` IDENTIFIED BY PASSWORD 'x' /* */",
    "CREATE USER `shop`@`localhost` /*!50000 IDENTIFIED BY 'x' */",
    "CREATE USER `shop`@`localhost` IDENTIFIED BY 'x' -- y",
    "CREATE USER `shop`@`localhost` IDENTIFIED BY 'x' # y",
    "CREATE USER `shop`@`localhost` REQUIRE ISSUER '/O=a'b' CIPHER 'AES'",
    "CREATE USER `shop`@`localhost` IDENTIFIED BY 'x",
    'CREATE USER `shop`',
    'CREATE USER shop@localhost',
    'CREATE USER `shop`@`localhost` IDENTIFIED VIA unix_socket AS (SELECT 1)',
    "CREATE USER `shop`@`localhost` INTO OUTFILE 'x'",
    "ALTER USER `root`@`localhost` IDENTIFIED BY 'x'",
    'CREATE ROLE `x`',
    'GRANT ALL PRIVILEGES ON *.* TO `shop`@`localhost`',
    'DROP USER `root`@`localhost`',
    'SET GLOBAL read_only = 1',
    '',
  ])('is refused out of a repository when it is anything else: %s', (create) => {
    expect(createStatements(anAccount({ create }))).toBeNull();
  });

  it('is refused when it is about another account, and when what follows is', () => {
    const other = 'CREATE USER `root`@`localhost`';
    expect(createStatements(anAccount({ create: other }))).toBeNull();
    expect(createStatements(anAccount({ alter: 'ALTER USER `root`@`localhost` ACCOUNT LOCK' }))).toBeNull();
    expect(createStatements(anAccount({ alter: 'CREATE USER `shop`@`localhost`' }))).toBeNull();
    expect(createStatements(anAccount({ create: null }))).toBeNull();
    expect(createStatements(anAccount({ alter: 'ALTER USER `shop`@`localhost` PASSWORD EXPIRE NEVER' }))).toHaveLength(
      2,
    );
  });
});

describe('a line of SHOW GRANTS', () => {
  it.each([
    'GRANT SELECT, BINLOG ADMIN ON *.* TO `shop`@`localhost` WITH GRANT OPTION',
    'GRANT BACKUP_ADMIN ON *.* TO `shop`@`localhost`',
    'GRANT ALL PRIVILEGES ON `sho\\_p%`.* TO `shop`@`localhost`',
    'GRANT SELECT (`a`, `b``x`), UPDATE (`a`) ON TABLE `shop`.`orders` TO `shop`@`localhost`',
    'GRANT EXECUTE ON PROCEDURE `shop`.`p` TO `shop`@`localhost` WITH GRANT OPTION',
    'GRANT `r1`@`%`, `店``2`@`%` TO `shop`@`localhost` WITH ADMIN OPTION',
    'GRANT PROXY ON ``@`%` TO `shop`@`localhost` WITH GRANT OPTION',
    'REVOKE INSERT ON `mysql`.* FROM `shop`@`localhost`',
  ])('comes out of its pieces as it went in: %s', (line) => {
    const read = parseGrantLine(line);
    expect(read).toMatchObject({ kind: 'grant', to: shop });
    expect(read?.kind === 'grant' && grantStatement(shop, read.grant)).toBe(line);
  });

  it('leaves the password and the limits behind that MariaDB repeats', () => {
    const line =
      "GRANT SELECT ON *.* TO `shop`@`localhost` IDENTIFIED BY PASSWORD '*2B60' REQUIRE SSL WITH GRANT OPTION MAX_QUERIES_PER_HOUR 5";
    const read = parseGrantLine(line);
    expect(JSON.stringify(read)).not.toContain('2B60');
    expect(read?.kind === 'grant' && grantStatement(shop, read.grant)).toBe(
      'GRANT SELECT ON *.* TO `shop`@`localhost` WITH GRANT OPTION',
    );
    // The words in a name or a text are none.
    const quoted = "GRANT SELECT ON *.* TO `shop`@`localhost` IDENTIFIED BY PASSWORD ' WITH GRANT OPTION '";
    expect(parseGrantLine(quoted)).toMatchObject({ grant: { withGrantOption: false } });
  });

  it('understands roles of MariaDB, which have no host', () => {
    expect(parseGrantLine('GRANT SELECT ON `shop`.* TO PUBLIC')).toMatchObject({ to: { user: 'PUBLIC', host: null } });
    expect(parseGrantLine('SET DEFAULT ROLE `r` FOR `shop`@`localhost`')).toEqual({
      kind: 'default-role',
      to: shop,
      role: { user: 'r', host: null },
    });
    const mariadb = anAccount({ defaultRoles: [{ user: 'r', host: null }] });
    expect(defaultRoleStatement(mariadb)).toBe('SET DEFAULT ROLE `r` FOR `shop`@`localhost`');
    const mysql = anAccount({ defaultRoles: [{ user: 'r', host: '%' }] });
    expect(defaultRoleStatement(mysql)).toBe('SET DEFAULT ROLE `r`@`%` TO `shop`@`localhost`');
  });

  it.each([
    'GRANT SELECT ON `shop`.* TO `shop`@`localhost',
    'GRANT SELECT ON shop TO `shop`@`localhost`',
    'GRANT SELECT ON *.`orders` TO `shop`@`localhost`',
    'GRANT ON *.* TO `shop`@`localhost`',
    'GRANT `r` TO `shop`@`localhost` WITH SOMETHING',
    'DENY SELECT ON `shop`.* TO `shop`@`localhost`',
    '',
  ])('is not guessed at: %s', (line) => {
    expect(parseGrantLine(line)).toBeNull();
  });

  it('keeps any name what it is, whatever is in it', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(name, name, name, name, name, (user, host, database, object, column) => {
        const grant: Grant = {
          ...aRight(database, object),
          privileges: [{ name: 'SELECT', columns: [column] }],
        } as Grant;
        const to = { user, host };
        expect(parseGrantLine(grantStatement(to, grant))).toEqual({ kind: 'grant', to, grant });
        const create = `CREATE USER \`${user.replaceAll('`', '``')}\`@\`${host.replaceAll('`', '``')}\` ACCOUNT LOCK`;
        expect(parseAccountStatement(create)).toMatchObject({ name: to, statement: create });
      }),
    );
  });
});

describe('what a repository may say of rights', () => {
  const valid = { accounts: [anAccount({ grants: [aRight('shop')] })] };

  it.each([
    ['a right that is more than words', { name: 'SELECT ON *.* TO `evil`@`%`; --', columns: [] }],
    ['a right in small letters', { name: 'select', columns: [] }],
    ['an unknown field', { name: 'SELECT', columns: [], sql: 'DROP USER x' }],
  ])('is refused when it holds %s', (_, privilege) => {
    expect(accountsRecordSchema.safeParse(valid).success).toBe(true);
    const hostile = { accounts: [{ ...valid.accounts[0], grants: [{ ...aRight('shop'), privileges: [privilege] }] }] };
    expect(accountsRecordSchema.safeParse(hostile).success).toBe(false);
  });

  it('cannot break out of a name', () => {
    const evil = 'x`.* TO `root`@`localhost`; DROP USER `a';
    expect(grantStatement(shop, aRight(evil))).toBe(
      'GRANT SELECT ON `x``.* TO ``root``@``localhost``; DROP USER ``a`.* TO `shop`@`localhost`',
    );
  });
});

describe('a right on a server with other databases', () => {
  const restored = new Set(['shop', 'sho_p']);

  it.each<[Grant, string[], boolean]>([
    [aRight(null), ['blog'], true],
    [aRight('shop'), ['blog', 'shop'], true],
    [aRight('blog'), ['blog', 'shop'], false],
    // Nothing of this name is there: nobody's data are opened.
    [aRight('blog'), ['shop'], true],
    [aRight('sh%'), ['shop', 'mysql'], true],
    [aRight('sh%'), ['shop', 'shoes'], false],
    [aRight('sho_p'), ['sho_p', 'shoep'], false],
    [aRight('sho\\_p'), ['sho_p', 'shoep'], true],
    [aRight('%'), ['shop', 'mysql', 'information_schema', 'sys', 'performance_schema'], true],
    [aRight('%'), ['shop', 'blog'], false],
    // Of a table the database is no pattern.
    [aRight('sho_p', 'orders'), ['sho_p', 'shoep'], true],
    [aRight('blog', 'posts'), ['blog'], false],
    [aRight('mysql', 'user'), ['mysql'], true],
  ])('%j beside %j may be given: %s', (grant, present, expected) => {
    expect(mayBeGiven(grant, restored, present)).toBe(expected);
  });
});

describe('accounts as SQL', () => {
  const written = { databases: new Set(['shop']), objects: new Set(['shop.orders']) };

  it('hold rights on what the file makes, and name the others', () => {
    const grants = [aRight('shop', 'orders'), aRight('shop', 'gone'), aRight('mysql', 'user')];
    const { create, grant, notes } = accountsSql([anAccount({ grants })], 'mariadb', written);
    expect(notes).toEqual(['right-left-out: shop@localhost · shop.gone']);
    expect(create).toContain('IDENTIFIED BY PASSWORD');
    expect(grant).toContain('ON TABLE `shop`.`orders`');
    expect(grant).not.toContain('gone');
  });

  it('hold no right where the databases get other names', () => {
    const { grant, notes } = accountsSql([anAccount({ grants: [aRight(null)] })], 'mariadb', {
      ...written,
      databases: null,
    });
    expect([grant, notes]).toEqual(['', ['account-without-rights: shop@localhost']]);
  });

  it('leave everybody alone, and what is no account', () => {
    const everybody = anAccount({
      kind: 'role',
      name: { user: 'PUBLIC', host: null },
      create: null,
      grants: [aRight('shop')],
    });
    const hostile = anAccount({ create: 'DROP USER `root`@`localhost`' });
    const { create, grant, notes } = accountsSql([everybody, hostile], 'mariadb', written);
    expect([create, grant]).toEqual(['', '']);
    expect(notes).toEqual(['everybody-left-alone: PUBLIC · shop.*', 'account-not-understood: shop@localhost']);
  });
});
