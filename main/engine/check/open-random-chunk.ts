import { AppError } from '../../../shared/errors/app-error.ts';
import type { RangeChunk } from '../../../shared/model/database.ts';
import type { Manifest } from '../../../shared/model/snapshot.ts';
import { randomBelow } from '../platform/random.ts';
import { decodeSealedPayload, type Repository, type VaultKey } from '../repository/index.ts';

/** The chunk that was opened: where it lies and how much it holds, never what. */
export interface OpenedChunk {
  readonly snapshot: string;
  /** The instant that the snapshot shows. ISO 8601 UTC. */
  readonly at: string;
  readonly source: string;
  /** `database.table` */
  readonly table: string;
  readonly rows: number;
  /** Of its plaintext. */
  readonly sizeBytes: number;
}

/**
 * Opens one chunk of rows, chosen at random over snapshots, tables and chunks: with the vault one of card secrets, else one of open
 * columns. Its id proves the content, and its rows are counted. Errors: `kit.nothing-to-open` where no snapshot of this copy has such
 * rows; `repository.*`, those of the store.
 */
export async function openRandomChunk(
  repository: Repository,
  vault: VaultKey | null,
  signal: AbortSignal,
): Promise<OpenedChunk> {
  for (const name of shuffled(await repository.listManifests(signal))) {
    const manifest = await repository.getManifest(name, signal);
    const tables = manifest.tables.filter(({ rows, sealed }) => rows > 0 && (vault === null || sealed));
    for (const table of shuffled(tables)) {
      const { ranges } = await repository.getTableRecord(table.tableChunk, signal);
      const chunks = ranges
        .flatMap((range) => range.chunks)
        .filter(({ rows, sealedId }) => rows > 0 && (vault === null || sealedId !== null));
      const [chunk] = shuffled(chunks);
      if (chunk !== undefined) return await openOne(repository, vault, manifest, table, chunk, signal);
    }
  }
  throw new AppError('kit.nothing-to-open');
}

async function openOne(
  repository: Repository,
  vault: VaultKey | null,
  manifest: Manifest,
  table: Manifest['tables'][number],
  chunk: RangeChunk,
  signal: AbortSignal,
): Promise<OpenedChunk> {
  const id = vault === null ? chunk.id : (chunk.sealedId ?? '');
  const text =
    vault === null
      ? (await repository.getObject(id, { expectedKind: 'rows', signal })).payload
      : decodeSealedPayload(
          id,
          (await repository.getObject(id, { expectedKind: 'rows-sealed', vault, signal })).payload,
        ).text;
  const rows = countLines(text);
  const sizeBytes = text.length;
  if (vault !== null) text.fill(0);
  if (rows !== chunk.rows) throw new AppError('repository.damaged', { object: id, reason: 'content' });
  const { id: snapshot, at, source } = manifest;
  return { snapshot, at, source: source.name, table: `${table.database}.${table.name}`, rows, sizeBytes };
}

/** Every row ends with a newline, and has none inside. */
function countLines(text: Uint8Array): number {
  let lines = 0;
  for (let at = text.indexOf(0x0a); at >= 0; at = text.indexOf(0x0a, at + 1)) lines += 1;
  return lines;
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[]): T[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = randomBelow(last + 1);
    [mixed[last], mixed[other]] = [mixed[other] as T, mixed[last] as T];
  }
  return mixed;
}
