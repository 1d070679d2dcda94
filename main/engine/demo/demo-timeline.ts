import prettyBytes from 'pretty-bytes';
import type { Clock } from '../platform/clock.ts';
import { demoSentences } from './demo-sentences.ts';

export type DemoStepId = keyof (typeof demoSentences)['zh']['steps'];
type Facts = Readonly<Record<string, string | number>>;

export interface DemoStep {
  readonly id: DemoStepId;
  readonly ms: number;
  readonly facts: Facts;
}

/** Before and after, side by side. The story holds only if every pair is equal. */
export interface DemoProof {
  readonly rows: readonly [number, number];
  /** Range digests compared on the restored server, and how many there are. */
  readonly ranges: readonly [number, number];
  readonly digestsEqual: boolean;
  readonly paidSum: readonly [string, string];
  /** Tables whose checksum, computed by the server itself, is the same. */
  readonly checksums: readonly [number, number];
}

type ProofLabel = keyof (typeof demoSentences)['zh']['second'];
/** What has to be equal: its name, before, after. */
export type DemoPair = readonly [Exclude<ProofLabel, 'title' | 'good' | 'bad'>, string | number, string | number];

/** Prints the story as it happens: when, how long, what, with real sizes. */
export class DemoTimeline {
  readonly steps: DemoStep[] = [];
  readonly #words: (typeof demoSentences)['zh' | 'en'];
  readonly #language: 'zh' | 'en';
  readonly #clock: Clock;
  readonly #write: (line: string) => void;
  readonly #startedMs: number;

  constructor(language: 'zh' | 'en', clock: Clock, write: (line: string) => void) {
    this.#words = demoSentences[language];
    this.#language = language;
    this.#clock = clock;
    this.#write = write;
    this.#startedMs = clock.monotonicMs();
    write(this.#words.title);
  }

  async step<T>(id: DemoStepId, work: () => Promise<T>, factsOf: (value: T) => Facts): Promise<T> {
    const startedMs = this.#clock.monotonicMs();
    const value = await work();
    const endedMs = this.#clock.monotonicMs();
    const facts = factsOf(value);
    this.steps.push({ id, ms: Math.round(endedMs - startedMs), facts });
    this.#write(
      `${clockText(endedMs - this.#startedMs)}  ${seconds(endedMs - startedMs)}  ${this.#sentence(this.#words.steps[id], facts)}`,
    );
    return value;
  }

  /** The proof of the first act. True when every pair is equal. */
  pairs(pairs: readonly DemoPair[]): boolean {
    const { second: words } = this.#words;
    const text = (value: string | number) => (typeof value === 'string' ? value : value.toLocaleString('en-US'));
    this.#write('');
    this.#write(words.title);
    for (const [label, before, after] of pairs) {
      const sign = before === after ? '=' : '≠';
      this.#write(`  ${words[label]}  ${text(before)} ${sign} ${text(after)}  ${before === after ? '✓' : '✗'}`);
    }
    const ok = pairs.every(([, before, after]) => before === after);
    this.#write(ok ? words.good : words.bad);
    this.#write('');
    return ok;
  }

  proof(proof: DemoProof, ok: boolean): void {
    const { rows, ranges, paidSum, checksums, digestsEqual } = proof;
    const { proof: words } = this.#words;
    const count = (value: number) => value.toLocaleString(this.#language === 'zh' ? 'zh-CN' : 'en-US');
    const line = (label: string, a: string, b: string, equal: boolean) =>
      this.#write(`  ${label}  ${a} = ${b}  ${equal ? '✓' : '✗'}`.replace(' = ', equal ? ' = ' : ' ≠ '));
    this.#write('');
    this.#write(words.title);
    line(words.rows, count(rows[0]), count(rows[1]), rows[0] === rows[1]);
    line(words.digests, count(ranges[0]), count(ranges[1]), digestsEqual && ranges[0] === ranges[1]);
    line(words.checksums, count(checksums[0]), count(checksums[1]), checksums[0] === checksums[1]);
    line(words.paid, paidSum[0], paidSum[1], paidSum[0] === paidSum[1]);
    this.#write(ok ? words.good : words.bad);
  }

  #sentence(sentence: string, facts: Facts): string {
    return sentence.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = facts[name];
      if (value === undefined) return '';
      if (typeof value === 'string') return value;
      return name.toLowerCase().endsWith('bytes') || name === 'bytesCopied' || name === 'bytesRead'
        ? prettyBytes(value)
        : value.toLocaleString('en-US');
    });
  }
}

function clockText(ms: number): string {
  const total = Math.floor(ms / 1000);
  return `${String(Math.floor(total / 60)).padStart(2, '0')}:${String(total % 60).padStart(2, '0')}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`.padStart(7);
}
