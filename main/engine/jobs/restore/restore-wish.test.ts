import { describe, expect, it } from 'vitest';
import type { VerbInput } from '../../../../shared/ipc/engine-verbs.ts';
import type { OpenRestore } from './open-restore.ts';
import type { Moment } from './point-in-time.ts';
import { wishOf } from './restore-wish.ts';

type Input = VerbInput<'restore.run'>;

const input: Input = {
  source: 'shop',
  snapshot: 'latest',
  from: null,
  databases: [],
  tables: [],
  into: { kind: 'same' },
  as: null,
  vault: null,
};
const server = (host: string): Input['into'] => ({
  kind: 'server',
  target: { host, port: 3306, user: 'root', password: 'one', ssh: null },
});
const open = (id: string, vault: OpenRestore['vault'] = 'open') =>
  ({ plan: { manifest: { id } }, vault }) as unknown as OpenRestore;
/** Two files of a log, from the middle of the first to `position` of the second. */
const moment = (position: number, formats = ['begun at 8', 'begun at 9']): Moment => {
  const records = formats.map((format, index) => ({ record: { file: `binlog.${index + 1}`, format } }));
  const replay = { stretch: { records, gap: null }, from: { index: 0, position: 400 }, stop: { index: 1, position } };
  return { replay } as unknown as Moment;
};

describe('wishOf', () => {
  it('is the same for a restore that is asked for again, however its secrets and its copy are given', () => {
    const first = wishOf({ ...input, into: server('a') }, open('s'), moment(900));
    const target = { ...(server('a') as { target: object }).target, password: 'other' };
    const again = { ...input, from: 'second', vault: { words: 'x' }, into: { kind: 'server', target } } as Input;
    expect(wishOf(again, open('s'), moment(900))).toBe(first);
  });

  it('is another one for anything that would bring other rows, other names or another place', () => {
    const wishes = [
      wishOf(input, open('s'), moment(900)),
      wishOf(input, open('t'), moment(900)),
      wishOf(input, open('s', 'closed'), moment(900)),
      wishOf(input, open('s'), null),
      wishOf(input, open('s'), moment(901)),
      // The server began its log anew: the same names, and other files.
      wishOf(input, open('s'), moment(900, ['begun at 8', 'begun at 10'])),
      wishOf({ ...input, as: 'copy' }, open('s'), moment(900)),
      wishOf({ ...input, tables: ['shop.orders'] }, open('s'), moment(900)),
      wishOf({ ...input, accounts: true }, open('s'), moment(900)),
      wishOf({ ...input, into: server('a') }, open('s'), moment(900)),
      wishOf({ ...input, into: server('b') }, open('s'), moment(900)),
    ];
    expect(new Set(wishes).size).toBe(wishes.length);
  });
});
