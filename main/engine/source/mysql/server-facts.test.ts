import { expect, it } from 'vitest';
import type { ServerFacts } from '../../../../shared/model/database.ts';
import { isAtLeast } from './server-facts.ts';

it.each<[ServerFacts['flavour'], string, number[], boolean]>([
  ['mysql', '8.0.36', [8], true],
  ['mysql', '8.0.36', [8, 2], false],
  ['mysql', '9.7.4-2', [8, 2], true],
  ['mysql', '26.7.0', [8, 2], true],
  ['mysql', '5.7.44-log', [8], false],
  ['mysql', '8.4.0', [8, 4, 0], true],
])('%s %s is at least %j: %s', (flavour, version, wanted, is) => {
  expect(isAtLeast(aServer(flavour, version), flavour, ...wanted)).toBe(is);
});

it.each<[string, boolean]>([
  ['10.11.6-MariaDB', true],
  ['5.5.5-10.11.6-MariaDB-log', true],
  ['10.4.0-MariaDB', false],
  ['10.3.39-MariaDB', false],
  ['5.5.68-MariaDB', false],
  ['11.8.2-MariaDB', true],
])('MariaDB %s has backup stages: %s', (version, has) => {
  expect(isAtLeast(aServer('mariadb', version), 'mariadb', 10, 4, 1)).toBe(has);
  expect(isAtLeast(aServer('mariadb', version), 'mysql', 5)).toBe(false);
});

function aServer(flavour: ServerFacts['flavour'], version: string): ServerFacts {
  return { flavour, version, versionComment: '', serverId: '1', serverUuid: null, hostname: '', variables: {} };
}
