import type { StreamPart, StreamPiece, StreamRecord } from '../../../shared/model/stream.ts';

/**
 * Whether a record, whose fields have the right shape, says one thing: its pieces tile the stretch, its twins lie in it one behind the other, and, where it was merged,
 * its parts tile it as well, each of whole pieces.
 */
export function isConsistent(record: StreamRecord): boolean {
  const { from, to, pieces, twins, continues, gap, parts, merges } = record;
  if (!tile(pieces, from, to) || (continues === null) !== (gap !== null)) return false;
  let behind = from;
  for (const twin of twins) {
    if (twin.from < behind || twin.to <= twin.from || twin.to > to) return false;
    behind = twin.to;
  }
  return merges.length === 0 ? parts.length === 0 : areSound(record, parts);
}

function tile(pieces: readonly StreamPiece[], from: number, to: number): boolean {
  let at = from;
  for (const piece of pieces) {
    if (piece.from !== at || piece.to <= piece.from) return false;
    at = piece.to;
  }
  return at === to;
}

function areSound(record: StreamRecord, parts: readonly StreamPart[]): boolean {
  const { from, to, pieces, twins, merges, sealed } = record;
  if (new Set(merges).size !== merges.length || sealed !== parts.some((part) => part.sealed)) return false;
  if (record.events !== parts.reduce((sum, part) => sum + part.events, 0)) return false;
  let at = from;
  for (const part of parts) {
    if (part.to <= at || (part.lastEnd !== null && (part.lastEnd <= at || part.lastEnd > part.to))) return false;
    at = part.to;
  }
  const ends = new Set(parts.map((part) => part.to));
  // Piece by piece they tile, so each end of a part has to be the end of a piece.
  const pieceEnds = new Set(pieces.map((piece) => piece.to));
  if (at !== to || !ends.isSubsetOf(pieceEnds)) return false;
  // Both are in order: the part that a twin begins in is the one that it has to end in.
  let part = 0;
  return twins.every((twin) => {
    while ((parts[part]?.to ?? Infinity) <= twin.from) part += 1;
    return twin.to <= (parts[part]?.to ?? 0);
  });
}
