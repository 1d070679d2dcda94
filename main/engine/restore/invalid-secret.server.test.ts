import { afterAll, beforeAll, expect, it } from 'vitest';
import { green, startOwner, type OwnerRig } from '../backup/testing/owner-rig.ts';
import { startSource, type SourceServer } from '../source/mysql/testing/source-server.ts';
import { makeInvalidText, octetsOf } from './testing/invalid-text-shop.ts';

/** A card secret that is no text of its character set: sealed like any other, and back with the vault open. */
const rows = 3000;
let source: SourceServer;
let owner: OwnerRig;
beforeAll(async () => {
  source = await startSource();
  await makeInvalidText(source, rows);
  await source.run(
    'CREATE TABLE shop.cards (id int NOT NULL PRIMARY KEY, memo varchar(40) NOT NULL, tag char(10) CHARACTER SET gbk, KEY (memo)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4',
    'INSERT INTO shop.cards SELECT id, memo, tag FROM shop.text',
    'DROP TABLE shop.text',
  );
  owner = await startOwner();
});
afterAll(async () => {
  await owner.close();
  await source.stop();
});

it('comes back octet by octet, proven and named', async () => {
  const { user, password, port } = source.server;
  const access = { host: '127.0.0.1', port: port ?? 0, user, password };
  await owner.addSource('shop', access, { secretColumns: ['cards.memo'] });
  green(await owner.backUp('shop'));

  const restored = await owner.restore('shop', access, 'again');

  expect(restored).toMatchObject({ rows, digest: { equal: true } });
  const notes = restored.notes.filter((note) => !note.startsWith('ddl-differs'));
  expect(notes.map((note) => note.split(': ALTER')[0])).toEqual([
    'text-as-octets: again.cards.memo (2)',
    'text-as-octets: again.cards.tag (1)',
  ]);
  const columns = ['id', 'memo', 'tag'];
  expect(await octetsOf(source, 'again', 'cards', columns)).toBe(await octetsOf(source, 'shop', 'cards', columns));
});
