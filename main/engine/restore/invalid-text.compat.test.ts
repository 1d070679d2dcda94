import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compatServerNames, compatServers } from '../sandbox/testing/compat-servers.ts';
import { startCompatSource } from '../source/mysql/testing/source-server.ts';
import {
  invalidTextRows,
  invalidTextTables,
  octetsOf,
  startInvalidTextShop,
  type InvalidTextShop,
} from './testing/invalid-text-shop.ts';

/** Text that no server takes, from the MariaDB of this machine into others. */
const present = compatServers('mysql', 'mariadb');
let shop: InvalidTextShop;
beforeAll(async () => {
  shop = await startInvalidTextShop();
});
afterAll(() => shop.stop());

describe.each(['mysql', 'mariadb'] as const)('text that is none, into %s', (kind) => {
  it.skipIf(!present.includes(kind))(`comes back octet by octet on ${compatServerNames[kind]}`, async () => {
    const target = await startCompatSource(kind);
    try {
      const restored = await shop.restoreInto(target);

      expect(restored).toMatchObject({ rows: invalidTextRows, digest: { equal: true, different: [] } });
      const notes = restored.notes.filter((note) => note.startsWith('text-as-octets'));
      expect(notes.map((note) => note.split(': ')[1])).toEqual([
        'again.keyed.memo (2)',
        'again.notes.memo (2)',
        'again.notes.tag (1)',
        'again.notes.body (1)',
        'again.text.memo (2)',
        'again.text.tag (1)',
        'again.text.body (1)',
      ]);
      for (const [table, columns] of invalidTextTables) {
        expect(await octetsOf(target, 'again', table, columns)).toBe(
          await octetsOf(shop.source, 'shop', table, columns),
        );
      }
    } finally {
      await target.stop();
    }
  });
});
