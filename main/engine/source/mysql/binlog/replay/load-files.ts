import { ByteCursor } from '../byte-cursor.ts';
import { headerBytes } from '../event-header.ts';
import { parseQuery, type QueryEvent } from '../query-event.ts';

/** All files of LOAD DATA that wait for their statement. Bytes. */
const mostBytes = 256 * 1024 * 1024;
/** Octets of EXECUTE_LOAD_QUERY that a QUERY event does not have: file, beginning and end of the name, what happens to duplicates. */
const ownBytes = 13;
const duplicates = { error: 0, ignore: 1, replace: 2 } as const;

export interface LoadQuery {
  readonly query: QueryEvent;
  readonly file: Buffer;
  /** The statement, reading the file that the client offers under this name. */
  statement(fileName: string): Buffer;
}

/**
 * What LOAD DATA read at the source, block by block, until the statement comes that reads it (STATEMENT format).
 * Source: MySQL `libs/mysql/binlog/event/load_data_events.h`; what `mysqlbinlog` makes of them.
 */
export class LoadFiles {
  readonly #files = new Map<number, Buffer[]>();
  #bytes = 0;

  /** BEGIN_LOAD_QUERY and APPEND_BLOCK. False when it is too much to hold. */
  add(event: Buffer, isFirst: boolean): boolean {
    const body = new ByteCursor(event, headerBytes);
    const id = body.u32();
    const block = Buffer.from(body.rest());
    if (isFirst) this.drop(event);
    const blocks = this.#files.get(id) ?? [];
    blocks.push(block);
    this.#files.set(id, blocks);
    this.#bytes += block.length;
    return this.#bytes <= mostBytes;
  }

  /** DELETE_FILE: it is not wanted after all. */
  drop(event: Buffer): void {
    this.#take(new ByteCursor(event, headerBytes).u32());
  }

  /** EXECUTE_LOAD_QUERY. `RangeError` when its file never came, or for what is none. */
  execute(event: Buffer): LoadQuery {
    const query = parseQuery(event, event.length, ownBytes);
    const own = new ByteCursor(event, headerBytes + 13);
    const blocks = this.#take(own.u32());
    const from = own.u32();
    const to = own.u32();
    const handling = own.u8();
    if (blocks === null || from > to || to > query.query.length) throw new RangeError('LOAD DATA without its file');
    // With LOCAL a duplicate is passed over: where the source had to fail at one there was none.
    const onDuplicate = handling === duplicates.replace ? ' REPLACE' : handling === duplicates.ignore ? ' IGNORE' : '';
    return {
      query,
      file: Buffer.concat(blocks),
      statement: (fileName) =>
        Buffer.concat([
          query.query.subarray(0, from),
          Buffer.from(` LOCAL INFILE '${fileName}'${onDuplicate} INTO`, 'latin1'),
          query.query.subarray(to),
        ]),
    };
  }

  #take(id: number): Buffer[] | null {
    const blocks = this.#files.get(id);
    this.#files.delete(id);
    for (const block of blocks ?? []) this.#bytes -= block.length;
    return blocks ?? null;
  }
}
