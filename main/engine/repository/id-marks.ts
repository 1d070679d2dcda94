import { IdIndex } from './id-index.ts';
import { isObjectId } from './format.ts';

/** Object ids that a store has, as its listing and our own writes tell. Iterates in no particular order. */
export interface KnownIds extends Iterable<string> {
  readonly size: number;
  has(id: string): boolean;
}

/** What is known of each of very many objects: up to eight marks per id, in some 60 bytes for each (see `IdIndex`). An id is never forgotten, only its marks. */
export class IdMarks {
  readonly #ids = new IdIndex();
  #marks = new Uint8Array(1024);

  /** @param marks one bit or several */
  set(id: string, marks: number): void {
    const number = this.#ids.add(id);
    if (number >= this.#marks.length) {
      const wider = new Uint8Array(this.#marks.length * 2);
      wider.set(this.#marks);
      this.#marks = wider;
    }
    this.#marks[number] = (this.#marks[number] ?? 0) | marks;
  }

  clear(id: string, marks: number): void {
    const number = this.#find(id);
    if (number !== undefined) this.#marks[number] = (this.#marks[number] ?? 0) & ~marks;
  }

  /** Whether one of the marks is set. False for what is no id. */
  has(id: string, marks: number): boolean {
    const number = this.#find(id);
    return number !== undefined && ((this.#marks[number] ?? 0) & marks) !== 0;
  }

  /** The ids with one of the marks, as they are at the time of asking. */
  with(marks: number): KnownIds {
    const isMarked = (number: number) => ((this.#marks[number] ?? 0) & marks) !== 0;
    const ids = this.#ids;
    const numbers = function* (): Generator<number> {
      for (let number = 0; number < ids.size; number++) if (isMarked(number)) yield number;
    };
    return {
      get size() {
        return numbers().reduce((count) => count + 1, 0);
      },
      has: (id) => this.has(id, marks),
      *[Symbol.iterator]() {
        for (const number of numbers()) yield ids.idAt(number);
      },
    };
  }

  #find(id: string): number | undefined {
    return isObjectId(id) ? this.#ids.find(id) : undefined;
  }
}
