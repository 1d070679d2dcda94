import type { Manifest } from '../../../shared/model/snapshot.ts';
import { IdIndex, isObjectId, referencesOf, type RecordReference } from '../repository/index.ts';

/** What is known of an object; several may hold. */
export const objectMark = { listed: 1, sound: 2, broken: 4 } as const;
type Mark = (typeof objectMark)[keyof typeof objectMark];

/** The objects that one snapshot needs, as numbers, piece by piece: pieces are shared between snapshots. */
export type Needs = readonly Uint32Array[];

/**
 * The objects of a copy by number, what is known of each, and who needs which: some 60 bytes for an object and 4 for each reference,
 * whatever the length of the timeline. A record is kept once for all snapshots that name it.
 */
export class ObjectMarks {
  readonly #ids = new IdIndex();
  #marks = new Uint8Array(1024);
  readonly #records = new Map<string, Promise<Uint32Array>>();

  get size(): number {
    return this.#ids.size;
  }

  mark(id: string, mark: Mark): void {
    const number = this.#add(id);
    this.#marks[number] = (this.#marks[number] ?? 0) | mark;
  }

  has(number: number, mark: Mark): boolean {
    return ((this.#marks[number] ?? 0) & mark) !== 0;
  }

  idAt(number: number): string {
    return this.#ids.idAt(number);
  }

  /** Undefined for an object that nobody has marked or named, and for what is no chunk. */
  numberOf(id: string): number | undefined {
    return isObjectId(id) ? this.#ids.find(id) : undefined;
  }

  /**
   * Every object of a snapshot.
   *
   * @param chunksOf reads a record that no snapshot has named before
   */
  async needsOf(manifest: Manifest, chunksOf: (record: RecordReference) => Promise<readonly string[]>): Promise<Needs> {
    const { leaves, records } = referencesOf(manifest);
    const pieces = [this.numbered([...leaves, ...records.map(({ id }) => id)])];
    for (const record of records) {
      // The promise is kept: snapshots are walked side by side, and most of them name the same record.
      const known = this.#records.get(record.id) ?? chunksOf(record).then((chunks) => this.numbered(chunks));
      this.#records.set(record.id, known);
      pieces.push(await known);
    }
    return pieces;
  }

  every(needs: Needs, test: (number: number) => boolean): boolean {
    return needs.every((piece) => piece.every(test));
  }

  /** Numbers of these, which are known from here on. */
  numbered(ids: readonly string[]): Uint32Array {
    return Uint32Array.from(new Set(ids), (id) => this.#add(id));
  }

  #add(id: string): number {
    const number = this.#ids.add(id);
    if (number >= this.#marks.length) {
      const wider = new Uint8Array(this.#marks.length * 2);
      wider.set(this.#marks);
      this.#marks = wider;
    }
    return number;
  }
}
