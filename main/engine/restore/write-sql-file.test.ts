import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Range } from '../../../shared/model/database.ts';
import { aTable } from '../backup/testing/a-capture.ts';
import { aManifest } from '../repository/testing/a-shop.ts';
import type { CopyReader } from './copy-reader.ts';
import type { RestorePlan } from './plan-restore.ts';
import { writeSqlFile, type SqlFileRequest } from './write-sql-file.ts';

const lastLine = '-- End of the export: without this line the file is not whole.';

describe('writeSqlFile', () => {
  let dir: string;
  let path: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shouhu-sql-'));
    path = join(dir, 'shop.sql');
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  /** Each chunk is one row; `onChunk` is where a copy may fail. */
  const aRequest = (
    fields: Partial<SqlFileRequest> = {},
    onChunk: (n: number) => void | Promise<void> = () => undefined,
  ) => {
    let chunks = 0;
    const reader = {
      rows: async () => {
        const n = ++chunks;
        await onChunk(n);
        return { text: Buffer.from(`${n}\t${n}.50\tCARD-'${n}\n`), sealedDigest: null };
      },
    } as unknown as CopyReader;
    return {
      plan: aPlan(),
      reader,
      path,
      as: null,
      onProgress: () => undefined,
      signal: new AbortController().signal,
      ...fields,
    } satisfies SqlFileRequest;
  };

  it('writes whole rows that a stock client reads, for its owner only', async () => {
    const written = await writeSqlFile(aRequest());

    const text = await readFile(path, 'utf8');
    expect(text).toContain('CREATE TABLE `cards`');
    expect(text).toMatch(/INSERT INTO `cards`.*VALUES\s*\(1,1\.50,/);
    expect(text.trimEnd().endsWith(lastLine)).toBe(true);
    expect(written).toEqual({ bytes: (await stat(path)).size, tables: 1, rows: 3, notes: [] });
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(dir)).toEqual(['shop.sql']);
  });

  it('packs a file that is named .zst', async () => {
    path = `${path}.zst`;
    await writeSqlFile(aRequest({ path }));
    expect(
      zstdDecompressSync(await readFile(path))
        .toString('utf8')
        .trimEnd()
        .endsWith(lastLine),
    ).toBe(true);
  });

  it('gives the file its name only when it is whole', async () => {
    const seen: string[][] = [];
    await writeSqlFile(
      aRequest({}, async () => {
        seen.push(await readdir(dir));
      }),
    );
    expect(seen.flat().filter((name) => !name.endsWith('.part'))).toEqual([]);
  });

  it('never takes the place of another file, not even of one that appears meanwhile', async () => {
    await writeFile(path, 'mine');
    await expect(writeSqlFile(aRequest())).rejects.toMatchObject({
      code: 'restore.target-exists',
      facts: { target: path },
    });

    const late = join(dir, 'late.sql');
    const request = aRequest({ path: late }, (n) => (n === 3 ? writeFile(late, 'theirs') : undefined));
    await expect(writeSqlFile(request)).rejects.toMatchObject({ code: 'restore.target-exists' });

    expect([await readFile(path, 'utf8'), await readFile(late, 'utf8')]).toEqual(['mine', 'theirs']);
    expect((await readdir(dir)).sort()).toEqual(['late.sql', 'shop.sql']);
  });

  it('leaves nothing behind when a copy fails or the work is cancelled', async () => {
    const damaged = new AppError('repository.damaged', { object: 'x', reason: 'tag' });
    const failing = aRequest({}, (n) => {
      if (n === 2) throw damaged;
    });
    await expect(writeSqlFile(failing)).rejects.toBe(damaged);

    const cancel = new AbortController();
    const cancelled = aRequest({ signal: cancel.signal }, (n) => {
      if (n === 2) cancel.abort();
    });
    await expect(writeSqlFile(cancelled)).rejects.toMatchObject({ name: 'AbortError' });

    expect(await readdir(dir)).toEqual([]);
  });

  it('says what a disk that takes no big files means, and leaves no half file', async () => {
    // No real FAT32 disk: it would take 4 GiB of writing to get its answer.
    const failing = aRequest({}, (n) => {
      if (n === 2) throw Object.assign(new Error('EFBIG: file too large, write'), { code: 'EFBIG' });
    });
    await expect(writeSqlFile(failing)).rejects.toMatchObject({ code: 'restore.file-too-large', facts: { path } });
    expect(await readdir(dir)).toEqual([]);
  });

  it('says that the folder is not there', async () => {
    await expect(writeSqlFile(aRequest({ path: join(dir, 'no', 'shop.sql') }))).rejects.toMatchObject({
      code: 'backend.absent',
    });
  });
});

function aPlan(): RestorePlan {
  const ranges = [1, 2, 3].map((n): Range => ({
    lower: n === 1 ? null : [String(n)],
    rows: 1,
    digest: '0'.repeat(32),
    sum: null,
    sealedDigest: null,
    sealedSum: null,
    chunks: [{ id: String(n).repeat(64), sealedId: 'f'.repeat(64), rows: 1, textBytes: 20 }],
    ledgers: [],
  }));
  const record = { name: 'shop', ddl: '', characterSet: 'utf8mb4', collation: 'utf8mb4_bin', objects: [] };
  const tables = [{ schema: aTable(), rows: 3, ranges }];
  const plan = { totalBytes: 60, isWhole: true, ledgers: [], notKept: [], objectsNotKept: [], refused: [] };
  return { ...plan, manifest: aManifest(), databases: [{ record, tables }] };
}
