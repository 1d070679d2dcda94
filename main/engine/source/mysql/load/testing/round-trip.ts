import type { TableSchema } from '../../../../../../shared/model/database.ts';
import type { PrivateServer } from '../../../../sandbox/index.ts';
import { connectMysql } from '../../connect.ts';
import type { MysqlConnection } from '../../connection.ts';
import { readRange } from '../../read-range.ts';
import { encodeRows, type EncodedRows, joinGroups, layoutOf } from '../../rows/index.ts';
import { readSchema, type SchemaPicture } from '../../schema/read-schema.ts';
import { readServerFacts } from '../../server-facts.ts';
import type { MysqlTarget } from '../../types.ts';

export const never: AbortSignal = new AbortController().signal;
export const whole = { lower: null, upper: null };

export function targetOf(server: PrivateServer): MysqlTarget {
  const { user, password, socketPath } = server;
  return { host: '127.0.0.1', port: server.port ?? 0, user, password, ...(socketPath === '' ? {} : { socketPath }) };
}

/** A connection as the reading side uses it. */
export async function openReader(server: PrivateServer): Promise<MysqlConnection> {
  return connectMysql(targetOf(server), { rawResults: true });
}

/** Everything of one database. Reads over a connection of its own, because names need utf8mb4 results. */
export async function pictureOf(
  server: PrivateServer,
  database: string,
  isSecret: (table: string, column: string) => boolean = () => false,
): Promise<SchemaPicture> {
  const connection = await connectMysql(targetOf(server));
  try {
    const facts = await readServerFacts(connection);
    return await readSchema(connection, facts, [database], (_, table, column) => isSecret(table, column));
  } finally {
    connection.close();
  }
}

/** All rows of a table through the reader and the codec, as one chunk. */
export async function captureTable(
  reader: MysqlConnection,
  schema: TableSchema,
): Promise<EncodedRows & { text: Buffer }> {
  const facts = await readServerFacts(reader);
  const layout = layoutOf(schema);
  let encoded = encodeRows(layout, new Uint8Array(0), 0, 0);
  const oneBatch = 64 * 1024 * 1024;
  await readRange(
    reader,
    facts,
    schema,
    whole,
    { firstBytes: oneBatch, nextBytes: oneBatch },
    (batch) => {
      encoded = encodeRows(layout, batch.bytes, batch.usedBytes, batch.rows);
      return Promise.resolve();
    },
    never,
  );
  return { ...encoded, text: joinGroups(layout, encoded.openText, encoded.sealedText ?? Buffer.alloc(0)) };
}
