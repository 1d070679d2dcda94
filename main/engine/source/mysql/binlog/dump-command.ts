import type { Connection } from 'mysql2';

/**
 * COM_BINLOG_DUMP over a mysql2 connection, each event as the raw octets that the server sent. mysql2 has a command of that name; it parses
 * the events it knows and hands none of them over as they are. Like `raw-query.ts` this file knows the driver's inside, which is pinned exactly.
 */
export interface DumpRequest {
  readonly file: string;
  /** Below 2^32: the command has no room for more. */
  readonly position: number;
  /** Of a replica, as this one seems to be; a second one with the same number is thrown out by the server. */
  readonly serverId: number;
  readonly flavour: 'mysql' | 'mariadb';
  /** The server ends at the end of its logs instead of waiting for more. */
  readonly isNonBlocking: boolean;
}

export interface DumpSink {
  /** The octets are only valid during the call. */
  event(buffer: Buffer, from: number, to: number): void;
  /** With null after the server's end packet; with the server's own error as mysql2 made it. Not called when the connection dies. */
  ended(error: Error | null): void;
}

/** A packet of mysql2. */
interface Packet {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly end: number;
  isEOF(): boolean;
  isError(): boolean;
  asError(encoding: string): Error;
}

interface DriverInternals {
  addCommand(command: object): void;
  writePacket(packet: object): void;
  _resetSequenceId(): void;
}

const comBinlogDump = 0x12;
const nonBlocking = 0x01;
/** MariaDB: without it the statements beside the rows are left out, and what comes is not the file. In MySQL the same bit means another thing. */
const sendAnnotateRows = 0x02;

export function dumpBinlog(driver: Connection, request: DumpRequest, sink: DumpSink): void {
  let isBegun = false;
  const command = {
    // mysql2 calls it once without a packet when the command's turn comes, then with each packet; true is the end.
    execute(packet: Packet | undefined, connection: DriverInternals): boolean {
      if (!isBegun) {
        isBegun = true;
        connection._resetSequenceId();
        connection.writePacket(packetOf(request));
        return false;
      }
      if (packet === undefined) return false;
      if (packet.isError()) {
        sink.ended(packet.asError('utf8'));
        return true;
      }
      if (packet.isEOF()) {
        sink.ended(null);
        return true;
      }
      // The first octet is the packet's status.
      sink.event(packet.buffer, packet.offset + 1, packet.end);
      return false;
    },
    stateName: () => 'binlog',
  };
  (driver as unknown as DriverInternals).addCommand(command);
}

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_binlog_dump.html */
function packetOf({ file, position, serverId, flavour, isNonBlocking }: DumpRequest): object {
  const flags = (isNonBlocking ? nonBlocking : 0) | (flavour === 'mariadb' ? sendAnnotateRows : 0);
  const name = Buffer.from(file, 'utf8');
  const buffer = Buffer.alloc(4 + 11 + name.length);
  buffer.writeUInt8(comBinlogDump, 4);
  buffer.writeUInt32LE(position, 5);
  buffer.writeUInt16LE(flags, 9);
  buffer.writeUInt32LE(serverId, 11);
  name.copy(buffer, 15);
  return {
    buffer,
    length: () => buffer.length - 4,
    writeHeader(sequenceId: number) {
      buffer.writeUIntLE(buffer.length - 4, 0, 3);
      buffer.writeUInt8(sequenceId, 3);
    },
  };
}
