import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { mapFileError } from '../platform/map-file-error.ts';
import { partOf, publishNew, requireNew } from '../platform/new-file.ts';
import { syncFolder } from '../platform/write-file-durably.ts';
import { binlogMagic, eventTypes, firstPosition, type BinlogPosition } from '../source/mysql/binlog/index.ts';
import type { Stretch } from './link-records.ts';
import { eventsOf } from './read-stream.ts';
import type { ObjectReader } from './read-piece.ts';

export interface ExportLogRequest {
  readonly repository: ObjectReader;
  readonly stretches: readonly Stretch[];
  readonly vault: Parameters<typeof eventsOf>[2];
  /** Made when it is not there. */
  readonly dir: string;
  /** Before each file is made: where it lies until all of them are whole. */
  readonly onBegin?: (part: string) => Promise<void>;
  /** Bytes of log written so far, and of how many. */
  readonly onProgress: (file: string, doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

export interface ExportedLogFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly events: number;
  /** What part of the server's file it is; a whole one begins at 4. */
  readonly from: BinlogPosition;
  /** The log is not continued from the file before. */
  readonly isAfterGap: boolean;
}

/** Written at once. */
const batchBytes = 1024 * 1024;
/** A name of a server's log file, and nothing that leads elsewhere. Records come from a copy and are believed in nothing. */
const plainName = /^[\p{L}\p{N}_-][\p{L}\p{N}._-]*$/u;

/**
 * Writes a stored log as files that `mysqlbinlog` and `mariadb-binlog` read: the magic, a format description, the events exactly as they were in the server's
 * file. A file of which the beginning is not stored gets the format that the server itself gave for it, and places in it are then not those of the server.
 * After a gap there is a new file, so that nothing looks joined. They get their names when all of them are whole. Never overwrites; what this run wrote is removed when it
 * fails. Mode 0600.
 *
 * Errors: `keys.vault-closed` before anything is written, when a part is sealed and the vault is not open; `restore.target-exists` {target};
 * `backend.disk-full`, `backend.permission`; those of `eventsOf`.
 */
export async function exportLog(request: ExportLogRequest): Promise<ExportedLogFile[]> {
  const { stretches, vault, dir } = request;
  const records = stretches.flatMap((stretch) => stretch.records);
  const sealed = records.find(({ record }) => record.sealed);
  if (sealed !== undefined && vault === undefined) throw new AppError('keys.vault-closed', { object: sealed.name });
  const odd = records.find(({ record }) => !plainName.test(record.file));
  if (odd !== undefined) throw new AppError('repository.damaged', { object: odd.name, reason: 'content' });
  const writing = new Writing(request);
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    return await writing.run();
  } catch (error) {
    await writing.undo();
    throw mapFileError(error, writing.path ?? dir);
  }
}

class Writing {
  readonly #request: ExportLogRequest;
  readonly #totalBytes: number;
  readonly #files: ExportedLogFile[] = [];
  /** Of `#files`, where each lies. */
  readonly #parts: string[] = [];
  readonly #names = new Map<string, number>();
  readonly #published: string[] = [];
  #handle: FileHandle | null = null;
  #doneBytes = 0;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** The file that is under way, or was the last. */
  path: string | null = null;

  constructor(request: ExportLogRequest) {
    this.#request = request;
    this.#totalBytes = request.stretches.reduce(
      (sum, { records }) => sum + records.reduce((all, { record }) => all + record.to - record.from, 0),
      0,
    );
  }

  async run(): Promise<ExportedLogFile[]> {
    for (const { records, gap } of this.#request.stretches) {
      let file: string | null = null;
      for (const each of records) {
        const { record } = each;
        if (record.file !== file) await this.#begin(record, file === null && gap !== null);
        file = record.file;
        await this.#append(each);
      }
    }
    await this.#end();
    for (const [index, { path }] of this.#files.entries()) {
      await publishNew(this.#parts[index] ?? '', path);
      this.#published.push(path);
    }
    await syncFolder(this.#request.dir);
    return this.#files;
  }

  /** Takes away what this run wrote. */
  async undo(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
    for (const path of [...this.#parts, ...this.#published]) await rm(path, { force: true });
  }

  async #begin({ file, from, format }: Stretch['records'][number]['record'], isAfterGap: boolean): Promise<void> {
    await this.#end();
    // The same name comes again after a gap within a file, and after RESET MASTER.
    const count = (this.#names.get(file) ?? 0) + 1;
    this.#names.set(file, count);
    const path = join(this.#request.dir, count === 1 ? file : `${file}.part-${count}`);
    this.path = path;
    await requireNew(path);
    const part = partOf(path);
    await this.#request.onBegin?.(part);
    this.#handle = await open(part, 'wx', 0o600);
    this.#parts.push(part);
    const start = from === firstPosition ? binlogMagic : Buffer.concat([binlogMagic, Buffer.from(format, 'base64')]);
    this.#files.push({ path, sizeBytes: 0, events: 0, from: { file, position: from }, isAfterGap });
    await this.#write(start, 0);
  }

  async #append(stored: Stretch['records'][number]): Promise<void> {
    const { repository, vault, signal, onProgress } = this.#request;
    for await (const event of eventsOf(repository, stored, vault, signal)) {
      if (event.position === firstPosition && event.header.type !== eventTypes.formatDescription)
        throw new AppError('repository.damaged', { object: stored.name, reason: 'content' });
      await this.#write(event.bytes, 1);
      this.#doneBytes += event.bytes.length;
    }
    onProgress(stored.record.file, this.#doneBytes, this.#totalBytes);
  }

  async #write(bytes: Buffer, events: number): Promise<void> {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    const last = this.#files.at(-1) as ExportedLogFile;
    this.#files[this.#files.length - 1] = {
      ...last,
      sizeBytes: last.sizeBytes + bytes.length,
      events: last.events + events,
    };
    if (this.#pendingBytes >= batchBytes) await this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    await this.#handle?.writeFile(bytes);
  }

  async #end(): Promise<void> {
    await this.#flush();
    await this.#handle?.sync();
    await this.#handle?.close();
    this.#handle = null;
  }
}
