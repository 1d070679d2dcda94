import type { Range } from '../../../../shared/model/database.ts';

/**
 * Is it cheaper to ask the server whether a range is still as it was, or to fetch it and look? Hashing a row costs the server several
 * times what sending it does, and sending it costs the line: on a thin line asking wins by a factor of twenty, on a fast one fetching
 * does. So both are measured while a run goes on: the time until the bytes of a first batch were here, and the time until a digest was.
 */
export interface RangeCosts {
  /** @param groups how many digests would be asked for: 1, or 2 with secret columns */
  isAskingCheaper(previous: Range, groups: number): boolean;
  fetched(bytes: number, tookMs: number): void;
  asked(rows: number, groups: number, tookMs: number): void;
}

/** The rows of a smaller shop are hashed in a second: asked in any case, and nothing is fetched to learn the line's speed. */
const worthMeasuringBytes = 64 * 1024 * 1024;
/** To learn how fast the line is, at most so much is fetched that might have been asked for. A minute's start on the thinnest line. */
const smallTryOutBytes = 512 * 1024;
/** One small piece says little: until so many were fetched, fetching is tried again where it is not hopeless. */
const fewestSamples = 4;
const hopelessFactor = 2;
/** How much one more measurement counts against all before it. */
const newWeight = 0.2;

export class MeasuredRangeCosts implements RangeCosts {
  readonly #isWorthIt: boolean;
  readonly #tryOutBytes: number;
  #fetchMsPerByte: number | null = null;
  #fetchSamples = 0;
  #askMsPerRow: number | null = null;

  /**
   * @param comparableBytes of all rows that there are digests of
   * @param tryOutBytes the largest range that may be fetched only to learn how fast the line is
   */
  constructor(comparableBytes: number, tryOutBytes = smallTryOutBytes) {
    this.#tryOutBytes = tryOutBytes;
    this.#isWorthIt = comparableBytes >= worthMeasuringBytes;
  }

  isAskingCheaper(previous: Range, groups: number): boolean {
    if (!this.#isWorthIt) return true;
    const bytes = previous.chunks.reduce((sum, chunk) => sum + chunk.textBytes, 0);
    if (this.#fetchMsPerByte === null) return bytes > this.#tryOutBytes;
    if (this.#askMsPerRow === null) return true;
    const askMs = this.#askMsPerRow * previous.rows * groups;
    const fetchMs = this.#fetchMsPerByte * bytes;
    return askMs * (this.#fetchSamples < fewestSamples ? hopelessFactor : 1) < fetchMs;
  }

  fetched(bytes: number, tookMs: number): void {
    if (bytes === 0) return;
    this.#fetchMsPerByte = averaged(this.#fetchMsPerByte, tookMs / bytes);
    this.#fetchSamples += 1;
  }

  asked(rows: number, groups: number, tookMs: number): void {
    if (rows > 0) this.#askMsPerRow = averaged(this.#askMsPerRow, tookMs / (rows * groups));
  }
}

function averaged(before: number | null, now: number): number {
  return before === null ? now : before + (now - before) * newWeight;
}
