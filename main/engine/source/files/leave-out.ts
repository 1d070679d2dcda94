/**
 * Which paths of a site are left out. A rule is a path below the site's folder with `*` for any part of one name; `**` in front of it: at any
 * depth. What is kept is stronger: a key file in a cache is kept, and of the cache nothing else.
 *
 * Paths and rules are compared as bytes, each standing for one character.
 */
export interface LeaveOutRules {
  readonly leaveOut: readonly string[];
  readonly keep: readonly string[];
  /** The owner's own word, stronger than what is kept. Absent: nothing. */
  readonly never?: readonly string[];
}

/** What no shop needs again, whatever its program. */
export const usualLeaveOut: readonly string[] = [
  '**/.git',
  '**/.svn',
  '**/.hg',
  '**/node_modules',
  'runtime',
  'storage/logs',
  'storage/framework/cache',
  'storage/framework/sessions',
  'storage/framework/views',
];

/** `pass`: not kept itself, but something below it may be. */
export type Verdict = 'keep' | 'out' | 'pass';

interface Rule {
  readonly segments: readonly RegExp[];
  readonly anyDepth: boolean;
}

export class LeaveOut {
  readonly #leaveOut: readonly Rule[];
  readonly #keep: readonly Rule[];
  readonly #never: readonly Rule[];

  constructor({ leaveOut, keep, never = [] }: LeaveOutRules) {
    this.#leaveOut = leaveOut.map(ruleOf);
    this.#keep = keep.map(ruleOf);
    this.#never = never.map(ruleOf);
  }

  /** @param path below the site's folder, without a leading slash */
  judge(path: Buffer): Verdict {
    const segments = path.toString('latin1').split('/');
    const prefixes = segments.map((_, index) => segments.slice(0, index + 1));
    const isAmong = (rules: readonly Rule[]) => prefixes.some((prefix) => rules.some((rule) => matches(rule, prefix)));
    if (isAmong(this.#never)) return 'out';
    if (!isAmong(this.#leaveOut) || isAmong(this.#keep)) return 'keep';
    return this.#keep.some((rule) => mayLieBelow(rule, segments)) ? 'pass' : 'out';
  }
}

function ruleOf(text: string): Rule {
  const anyDepth = text.startsWith('**/');
  const path = Buffer.from(anyDepth ? text.slice(3) : text).toString('latin1');
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  return { anyDepth, segments: segments.map(segmentPattern) };
}

function segmentPattern(segment: string): RegExp {
  const parts = segment.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`);
}

function matches({ segments, anyDepth }: Rule, path: readonly string[]): boolean {
  if (segments.length === 0 || (anyDepth ? path.length < segments.length : path.length !== segments.length))
    return false;
  const end = path.slice(path.length - segments.length);
  return segments.every((pattern, index) => pattern.test(end[index] ?? ''));
}

function mayLieBelow({ segments, anyDepth }: Rule, path: readonly string[]): boolean {
  if (anyDepth) return true;
  return path.length < segments.length && path.every((name, index) => segments[index]?.test(name) === true);
}
