import { randomUUID } from 'node:crypto';
import { systemClock } from '../../platform/clock.ts';
import { connectMysql } from '../../source/mysql/index.ts';
import type { SourceServer } from '../../source/mysql/testing/source-server.ts';
import type { FollowRequest } from '../follow-log.ts';

type Plain = Omit<FollowRequest, 'repository' | 'sourceId' | 'freshStart' | 'hasSecrets'>;

/** Follows a test's server to the end of its log, with nobody else at the repository. */
export function followingOf({ server, target }: SourceServer): Plain {
  return {
    server: { flavour: server.flavour, version: server.version, serverId: '1', serverUuid: null },
    connect: () => connectMysql(target),
    replicaId: 4_000_000_003,
    replicaUuid: randomUUID(),
    untilCaughtUp: true,
    guard: (write) => write(),
    heartbeatMs: 500,
    closeAfterMs: 5_000,
    askAbovePerSecond: Infinity,
    clock: systemClock,
    signal: new AbortController().signal,
  };
}
