import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openZooRig, type ZooRig } from './testing/zoo/rig.ts';
import { testimonyOf } from './testing/zoo/witness.ts';
import { runClient, whyNoZoo } from './testing/zoo/zoo-server.ts';

const reason = await whyNoZoo();
if (reason !== null) console.warn(`skipped: ${reason}`);

describe.skipIf(reason !== null)('a round trip', () => {
  let rig: ZooRig;
  beforeAll(async () => {
    rig = await openZooRig();
  });
  afterAll(async () => {
    await rig.close();
  });

  it('of rows beyond 16 MiB between servers that let no more into a packet', async () => {
    const { source, target, trip } = rig;
    await runClient(
      source,
      `CREATE DATABASE zoo_large CHARACTER SET utf8mb4; USE zoo_large;
       -- The first field of a result is as long as a packet can say, just below, and just above.
       CREATE TABLE first_field (b longblob, id int PRIMARY KEY, t longtext);
       INSERT INTO first_field VALUES (REPEAT(0x00ff0a5c, 5 * 1024 * 1024), 1, NULL), (REPEAT(0x5c, 16777215 - 9), 2, ''),
         (REPEAT(0x09, 16777216), 3, 'x'), (REPEAT(0xfe, 16777215), 4, '守'), ('', 5, REPEAT('守护', 3 * 1024 * 1024));
       CREATE TABLE keyless (b longblob, j json);
       INSERT INTO keyless VALUES (REPEAT(0x27, 17 * 1024 * 1024), CONCAT('"', REPEAT('x', 17 * 1024 * 1024), '"'));\n`,
    );
    // As a shop's server is: the rows came in when its limit was higher.
    for (const server of [source, target]) await runClient(server, 'SET GLOBAL max_allowed_packet = 16777216;\n');
    const backup = await trip.backUp(source, { databases: ['zoo_large'] });
    const restored = await trip.restore(backup, target);
    expect(restored.digest).toMatchObject({ equal: true, ranges: restored.digest.compared });
    // The client asks for hashes of the values: in hex they would be beyond the limit themselves.
    expect(await sumsOf(target)).toEqual(await sumsOf(source));
  });

  it('of a thousand tables, most of them empty', async () => {
    const { source, target, trip } = rig;
    const tables = Array.from(
      { length: 1000 },
      (_, n) =>
        `CREATE TABLE zoo_thousand.t${n} (id int AUTO_INCREMENT PRIMARY KEY, v varchar(20), KEY (v)) AUTO_INCREMENT = ${n + 2}` +
        (n % 100 === 0 ? `; INSERT INTO zoo_thousand.t${n} VALUES (${n + 1}, '第${n}')` : ''),
    );
    await runClient(source, `CREATE DATABASE zoo_thousand CHARACTER SET gbk;\n${tables.join(';\n')};\n`);
    const backup = await trip.backUp(source, { databases: ['zoo_thousand'] });
    expect(backup.manifest.tables.length).toBe(1000);
    const restored = await trip.restore(backup, target);
    expect(restored.notes).toEqual([]);
    const ofThousand = async (server: typeof source) =>
      [...(await testimonyOf(server))].filter(([subject]) => subject.startsWith('zoo_thousand'));
    const before = await ofThousand(source);
    expect(before.length).toBeGreaterThan(5000);
    expect(await ofThousand(target)).toEqual(before);
  });

  function sumsOf(server: ZooRig['source']): Promise<string> {
    return runClient(
      server,
      `SET SESSION sql_mode = ''; SELECT id, LENGTH(b), SHA2(b, 512), LENGTH(t), SHA2(t, 512) FROM zoo_large.first_field ORDER BY id;
       SELECT LENGTH(b), SHA2(b, 512), LENGTH(j), SHA2(j, 512) FROM zoo_large.keyless;
       CHECKSUM TABLE zoo_large.first_field, zoo_large.keyless EXTENDED;
       SHOW CREATE TABLE zoo_large.first_field; SHOW CREATE TABLE zoo_large.keyless;\n`,
    );
  }
});
