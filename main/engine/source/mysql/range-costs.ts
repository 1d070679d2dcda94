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
/** Small pieces say little: until so much was fetched, fetching is tried again where it is not hopeless. */
const tellingBytes = 512 * 1024;
const hopelessFactor = 3;
/** No server hashes rows faster; where fetching takes less, nobody has to be asked to know. MariaDB 10.11 takes 3.6 µs here. */
const fastestHashMsPerRow = 0.0025;
/**
 * Of so many last measurements the best one counts. What is measured waits for what others do on the same line and the same server: an
 * answer of a hundred bytes that stands behind four ranges on a thin line looks slower than they are, and once that is believed,
 * everything is fetched (met in a measurement: ten times the time).
 */
const remembered = 8;

export interface LineKnowledge {
  readonly tryOutBytes?: number;
  readonly lineBytesPerSecond?: number | null;
}

export class MeasuredRangeCosts implements RangeCosts {
  readonly #isWorthIt: boolean;
  readonly #tryOutBytes: number;
  readonly #lineMsPerByte: number | null;
  readonly #fetchMsPerByte = new RecentBest();
  readonly #askMsPerRow = new RecentBest();
  #fetchedBytes = 0;

  /**
   * @param comparableBytes of all rows that there are digests of
   * @param tryOutBytes the largest range that may be fetched only to learn how fast the line is
   * @param lineBytesPerSecond what the line did before, if that is known: believed until enough was fetched to know better
   */
  constructor(
    comparableBytes: number,
    { tryOutBytes = smallTryOutBytes, lineBytesPerSecond = null }: LineKnowledge = {},
  ) {
    this.#tryOutBytes = tryOutBytes;
    this.#lineMsPerByte = lineBytesPerSecond === null ? null : 1000 / lineBytesPerSecond;
    this.#isWorthIt = comparableBytes >= worthMeasuringBytes;
  }

  isAskingCheaper(previous: Range, groups: number): boolean {
    if (!this.#isWorthIt) return true;
    const bytes = previous.chunks.reduce((sum, chunk) => sum + chunk.textBytes, 0);
    const isToldEnough = this.#fetchedBytes >= tellingBytes;
    const believed = isToldEnough ? null : this.#lineMsPerByte;
    const fetchMsPerByte = believed ?? this.#fetchMsPerByte.best;
    const askMsPerRow = this.#askMsPerRow.best;
    if (fetchMsPerByte === null) return bytes > this.#tryOutBytes;
    if (askMsPerRow === null) return fastestHashMsPerRow * previous.rows * groups < fetchMsPerByte * bytes;
    const askMs = askMsPerRow * previous.rows * groups;
    return askMs * (isToldEnough || believed !== null ? 1 : hopelessFactor) < fetchMsPerByte * bytes;
  }

  fetched(bytes: number, tookMs: number): void {
    this.#fetchedBytes += bytes;
    if (bytes > 0) this.#fetchMsPerByte.add(tookMs / bytes);
  }

  asked(rows: number, groups: number, tookMs: number): void {
    if (rows > 0) this.#askMsPerRow.add(tookMs / (rows * groups));
  }
}

class RecentBest {
  #recent: number[] = [];

  get best(): number | null {
    return this.#recent.length === 0 ? null : Math.min(...this.#recent);
  }

  add(value: number): void {
    this.#recent = [...this.#recent.slice(1 - remembered), value];
  }
}
