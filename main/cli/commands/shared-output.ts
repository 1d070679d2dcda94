import { AppError, errorCatalog, type ErrorCode } from '../../../shared/errors/app-error.ts';
import { clockFacts } from '../../../shared/i18n/clock-gap.ts';
import type { LedgerResult } from '../../../shared/model/database.ts';
import { isWarning } from '../../../shared/model/check-subjects.ts';
import type { CheckResult } from '../../../shared/model/snapshot.ts';
import type { ProofFigures } from '../../../shared/model/proof.ts';
import type { BrokenLog } from '../../../shared/model/stream.ts';
import type { TestStep } from '../../../shared/model/source.ts';
import type { Words } from '../language.ts';
import { countText, factsText, localTime, sizeText } from '../output/figures.ts';
import { errorDocument, type Finding } from '../output/report.ts';
import { textTable } from '../output/text-table.ts';

/** For an option that may be given several times. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

export function mark(isGood: boolean): string {
  return isGood ? '✓' : '✗';
}

/** An error code from a record, or `unexpected` when this version does not know it. */
export function knownCode(code: string | null): ErrorCode {
  return code !== null && Object.hasOwn(errorCatalog, code) ? (code as ErrorCode) : 'unexpected';
}

/** The steps of a live test, one a line, with what to do about the one that failed. */
export function stepLines(steps: readonly TestStep[], words: Words): string[] {
  return steps.flatMap((step) => {
    const { id, ok, ms, facts, errorCode } = step;
    if (isWarning(step)) return [`! ${words.wordFor('step', id)}  ${factsText(withoutWarning(facts))}`.trimEnd()];
    const line = `${mark(ok)} ${words.wordFor('step', id)}  ${Math.round(ms)} ms  ${factsText(facts)}`.trimEnd();
    if (ok) return [line];
    const { message } = errorDocument({ code: knownCode(errorCode), facts }, words);
    return [line, `  ${message}`];
  });
}

/** The failed step as the outcome of the whole test, with the exit code of its own kind. */
export function failedStep(steps: readonly TestStep[]): Finding | undefined {
  const failed = steps.find(({ ok }) => !ok);
  if (failed === undefined) return undefined;
  const code = knownCode(failed.errorCode);
  return { error: new AppError(code, failed.facts), exit: errorCatalog[code].exit };
}

export function ledgerLines(ledgers: readonly LedgerResult[], words: Words): string[] {
  if (ledgers.length === 0) return [words.say('ledger.none')];
  const rows = ledgers.map(({ name, currency, rows: count, sum, serverSum, equal, unproven }) => [
    unproven === true ? '?' : mark(equal),
    name,
    countText(count),
    `${sum} ${currency}`,
    `${serverSum} ${currency}`,
  ]);
  return textTable(
    [
      { title: '' },
      { title: words.say('column.ledger') },
      { title: words.say('column.rows'), align: 'right' },
      { title: words.say('column.sum'), align: 'right' },
      { title: words.say('column.server-sum'), align: 'right' },
    ],
    rows,
  );
}

/** A check that held, but names something to look at, is marked `!`. */
export function checkLines(checks: readonly CheckResult[], words: Words): string[] {
  return checks.map((check) => {
    const { apartMs, ...facts } = withoutWarning(check.facts);
    const [sign, id] = isWarning(check) ? ['!', `${check.id}-warning`] : [mark(check.ok), check.id];
    const said = words.wordFor('check', id, apartMs === undefined ? {} : clockFacts(check.facts, words.language));
    return `${sign} ${said}  ${factsText(facts)}`.trimEnd();
  });
}

function withoutWarning(facts: CheckResult['facts']): CheckResult['facts'] {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => name !== 'warning'));
}

/** What is proven of a copy, in one line: the honest figure. */
export function proofText(proof: ProofFigures, words: Words): string {
  const { objects, neverRead, provenShare, oldestUnprovenDays, damaged } = proof;
  return words.say('proof.line', {
    share: `${String(Math.floor(provenShare * 1000) / 10)} %`,
    never: countText(neverRead.objects),
    bytes: sizeText(neverRead.bytes),
    objects: countText(objects),
    days: String(oldestUnprovenDays),
    damaged: countText(damaged),
  });
}

/** What a newer version has written down in the copy and this one passes over; no lines when there is nothing. */
export function unknownDeedLines(
  { unknownDeeds = 0 }: { readonly unknownDeeds?: number | undefined },
  words: Words,
): string[] {
  return unknownDeeds === 0 ? [] : [`- ${words.say('deeds.unknown', { count: countText(unknownDeeds) })}`];
}

/** From when to when a copy cannot give a shop's log back; no lines when it can. */
export function brokenLogLines(
  { brokenLogs = [] }: { readonly brokenLogs?: readonly BrokenLog[] | undefined },
  destination: string,
  words: Words,
): string[] {
  return brokenLogs.map(({ source, fromAt, untilAt }) => {
    const timeOf = (iso: string | null) => (iso === null ? words.say('verify.log-time-unknown') : localTime(iso));
    const facts = { source, destination, from: timeOf(fromAt), until: timeOf(untilAt) };
    return `${mark(false)} ${words.say('verify.log-broken', facts)}`;
  });
}

/** Snapshots of which nobody can say whether they are lost or were never brought; no lines when there are none. */
export function unexplainedLines(
  { unexplained = [] }: { readonly unexplained?: readonly string[] | undefined },
  destination: string,
  words: Words,
): string[] {
  const [first] = unexplained;
  if (first === undefined) return [];
  return [
    `! ${words.say('verify.unexplained', { count: countText(unexplained.length), destination, snapshot: first })}`,
  ];
}
