import type { Flavour } from '../../../../../../../shared/model/database.ts';
import type { SeededRandom } from '../../../../../backend/testing/model-disk/seeded-random.ts';

/** A statement, or LOAD DATA LOCAL whose file is `text`; in its SQL the file is called FILE. */
export type Statement = string | { readonly load: string; readonly text: string };

/** What one session does, statement by statement; those of other sessions may come in between unless it is `alone`. */
export interface Step {
  readonly name: string;
  readonly statements: readonly Statement[];
  readonly alone?: boolean;
  /** An XA transaction: it must not be open when a snapshot is taken. */
  readonly isXa?: boolean;
}

/** A table of which DDL may do anything. */
export interface SideTable {
  database: string;
  name: string;
  /** Columns beside `id` and `v`. */
  readonly extra: string[];
  readonly isPartitioned: boolean;
}

/** What the makers of steps know: the numbers in use are theirs alone, so that sessions seldom wait for each other. */
export interface Scene {
  readonly random: SeededRandom;
  readonly flavour: Flavour;
  readonly session: number;
  /** Of the session: rows of `users`, `orders`, `products`, `kinds`, `cards`. */
  readonly own: Record<'users' | 'orders' | 'products' | 'kinds' | 'cards', number[]>;
  /** Shared by all sessions; changed by steps that run alone. */
  readonly shared: {
    readonly side: SideTable[];
    hasSecond: boolean;
    readonly views: string[];
    readonly routines: string[];
  };
  /** A number that no other session uses. */
  readonly next: () => number;
}

export type StepMaker = (scene: Scene) => Step;

/** One of the numbers, or null when there is none. */
export function oneOf(scene: Scene, of: keyof Scene['own']): number | null {
  const list = scene.own[of];
  return list.length === 0 ? null : scene.random.pick(list);
}

export function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}
