/**
 * Numbers of binlog events. Sources: MySQL `libs/mysql/binlog/event/binlog_event.h` (`Log_event_type`), MariaDB `sql/log_event.h`. Up to 42
 * both count alike as far as they share; from 160 on it is MariaDB alone.
 */
export const eventTypes = {
  query: 2,
  stop: 3,
  rotate: 4,
  intvar: 5,
  appendBlock: 9,
  deleteFile: 11,
  rand: 13,
  userVar: 14,
  formatDescription: 15,
  xid: 16,
  beginLoadQuery: 17,
  executeLoadQuery: 18,
  tableMap: 19,
  writeRowsV1: 23,
  updateRowsV1: 24,
  deleteRowsV1: 25,
  incident: 26,
  heartbeat: 27,
  ignorable: 28,
  rowsQuery: 29,
  writeRows: 30,
  updateRows: 31,
  deleteRows: 32,
  gtid: 33,
  anonymousGtid: 34,
  previousGtids: 35,
  transactionContext: 36,
  viewChange: 37,
  xaPrepare: 38,
  partialUpdateRows: 39,
  transactionPayload: 40,
  heartbeatV2: 41,
  taggedGtid: 42,
  annotateRows: 160,
  binlogCheckpoint: 161,
  mariaGtid: 162,
  mariaGtidList: 163,
  startEncryption: 164,
  queryCompressed: 165,
  writeRowsCompressedV1: 166,
  updateRowsCompressedV1: 167,
  deleteRowsCompressedV1: 168,
  writeRowsCompressed: 169,
  updateRowsCompressed: 170,
  deleteRowsCompressed: 171,
} as const;

/** Flags of an event's header. */
export const eventFlags = {
  /** The file of this format description was not closed (yet). Cleared by the server when it sends a closed one. */
  inUse: 0x01,
  /** Made by the sender for the receiver; stands in no file. */
  artificial: 0x20,
  /** Who does not know this event may pass over it. */
  ignorable: 0x80,
} as const;
