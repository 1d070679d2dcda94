import { startPrivateServer, type PrivateServer } from '../../../sandbox/index.ts';
import { openRoundTrip, type RoundTrip } from './round-trip.ts';

/** A server to back up, another one to restore into, and a repository between them. */
export interface ZooRig {
  readonly source: PrivateServer;
  readonly target: PrivateServer;
  readonly trip: RoundTrip;
  close(): Promise<void>;
}

/** Nothing may hang on what a server does by default: the two differ in all of it. */
export const sourceDefaults = [
  ...['--character-set-server=gbk', '--sql-mode=', '--default-time-zone=-05:00', '--innodb-strict-mode=0'],
  '--log-bin-trust-function-creators=1',
];
export const targetDefaults = [
  ...['--character-set-server=latin1', '--collation-server=latin1_bin', '--default-time-zone=+08:00'],
  ...['--default-storage-engine=MyISAM', '--explicit-defaults-for-timestamp=0', '--innodb-strict-mode=1'],
  '--sql-mode=TRADITIONAL,ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,ONLY_FULL_GROUP_BY,PAD_CHAR_TO_FULL_LENGTH',
];

/** Two servers of MariaDB that differ in all their defaults. */
export function openZooRig(): Promise<ZooRig> {
  const common = { kind: 'mariadb', durability: 'none' } as const;
  return openRigOf(
    () => startPrivateServer({ ...common, binlog: true, extraArgs: sourceDefaults }),
    () => startPrivateServer({ ...common, extraArgs: targetDefaults }),
  );
}

export async function openRigOf(
  startSource: () => Promise<PrivateServer>,
  startTarget: () => Promise<PrivateServer>,
): Promise<ZooRig> {
  const opened: { stop(): Promise<void> }[] = [];
  const close = async () => {
    for (const each of opened) await each.stop();
  };
  try {
    const source = await startSource();
    opened.push(source);
    const target = await startTarget();
    opened.push(target);
    const trip = await openRoundTrip();
    opened.push({ stop: () => trip.close() });
    return { source, target, trip, close };
  } catch (error) {
    await close();
    throw error;
  }
}
