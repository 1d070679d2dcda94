import type { StreamRecord } from '../../../../shared/model/stream.ts';

const at = '2026-11-22T20:00:00.000Z';

/** A record of a quiet stretch of log that one chunk holds. */
export function aStreamRecord(chunk: string, fields: Partial<StreamRecord> = {}): StreamRecord {
  const { from = 4, to = 1000, continues = null } = fields;
  return {
    version: 1,
    server: { flavour: 'mariadb', version: '10.11.9-MariaDB', serverId: '1', serverUuid: null },
    file: 'log.000001',
    from,
    to,
    pieces: [{ chunk, from, to }],
    sealed: false,
    merges: [],
    parts: [],
    twins: [],
    layouts: [],
    continues,
    gap: continues === null ? 'start' : null,
    nextFile: null,
    format: Buffer.from('format').toString('base64'),
    closedAt: at,
    firstCommitAt: at,
    lastCommitAt: at,
    lastGtid: null,
    endsWithin: false,
    lastEnd: to,
    events: 1,
    transactions: 1,
    tables: [],
    statementChanges: 0,
    notable: [],
    trace: { from, digest: '' },
    ...fields,
  };
}
