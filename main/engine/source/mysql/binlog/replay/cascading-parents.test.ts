import { describe, expect, it } from 'vitest';
import { withCascadingParents } from './cascading-parents.ts';

const table = (name: string, ...keys: readonly string[]) => ({
  database: 'shop',
  table: name,
  ddl: `CREATE TABLE \`${name}\` (\n  \`id\` int(11) NOT NULL COMMENT 'a, (b) REFERENCES \`x\` (\`id\`) ON DELETE CASCADE',\n${keys.map((key) => `  ${key},\n`).join('')}  PRIMARY KEY (\`id\`)\n) ENGINE=InnoDB`,
});
const key = (parent: string, rules: string) =>
  `CONSTRAINT \`f_${parent.length}\` FOREIGN KEY (\`a\`, \`b\`) REFERENCES ${parent} (\`c\`, \`d\`)${rules}`;

describe('withCascadingParents', () => {
  const tables = [
    table('x'),
    table('users', key('`countries`', ' ON UPDATE SET NULL')),
    table('countries'),
    table('products'),
    table('orders', key('`users`', ' ON DELETE CASCADE ON UPDATE CASCADE'), key('`products`', '')),
    table('items', key('`orders`', ' ON DELETE CASCADE'), key('`products`', ' ON DELETE NO ACTION')),
    { ...table('loop', key('`loop`', ' ON DELETE CASCADE')) },
    { ...table('far', key('`other`.`p`', ' ON DELETE CASCADE')) },
    { ...table('p'), database: 'other' },
    { ...table('lost', key('`gone`', ' ON DELETE CASCADE')) },
  ];
  const closureOf = (...names: readonly string[]) =>
    withCascadingParents(
      tables,
      names.map((name) => ({ database: 'shop', table: name })),
    ).map(({ database, table: name }) => (database === 'shop' ? name : `${database}.${name}`));

  it('takes the parents along whose children change without a word in the log, and theirs', () => {
    expect(closureOf('items')).toEqual(['items', 'orders', 'users', 'countries']);
    expect(closureOf('far', 'users')).toEqual(['far', 'users', 'other.p', 'countries']);
  });

  it('leaves children, parents without a rule, and what is not there', () => {
    expect(closureOf('users')).toEqual(['users', 'countries']);
    expect(closureOf('products', 'x')).toEqual(['products', 'x']);
    expect(closureOf('lost')).toEqual(['lost']);
    expect(closureOf('loop')).toEqual(['loop']);
  });
});
