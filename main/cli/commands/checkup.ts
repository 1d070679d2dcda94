import type { Command } from 'commander';
import { AppError } from '../../../shared/errors/app-error.ts';
import { parseName } from '../arguments/values.ts';
import { factsText, localTime } from '../output/figures.ts';
import { textTable } from '../output/text-table.ts';
import type { Picker, VerbRun } from '../verb-context.ts';
import { mark } from './shared-output.ts';

/** The verbs that look at how things are: checklist, doctor, audit. */
export function addCheckup(program: Command, { words, pick }: Picker): void {
  program
    .command('checklist')
    .description(words.say('help.checklist'))
    .argument('[SOURCE]', words.say('argument.source'))
    .action((source: string | undefined) => {
      pick(checklist(source));
    });
  program
    .command('doctor')
    .description(words.say('help.doctor'))
    .action(() => {
      pick(doctor);
    });
  program
    .command('audit')
    .description(words.say('help.audit'))
    .action(() => {
      pick(audit);
    });
}

function checklist(name: string | undefined): VerbRun {
  const source = name === undefined ? null : parseName(name, 'SOURCE');
  return async (context) => {
    const { words } = context;
    await context.unlockIfAtHand();
    const output = await context.call('checklist', { source });
    const signs = { ok: '✓', warn: '!', fail: '✗', unknown: '?' } as const;
    const lines = output.items.flatMap(({ id, state, evidence, since, todo }) => [
      `${signs[state]} ${words.wordFor('checklist', id)}  ${words.wordFor('state', state)}${since === null ? '' : `  ${words.say('checklist.since', { at: localTime(since) })}`}`,
      ...evidence.map(
        (seen) =>
          `    ${words.wordFor('evidence', seen.id, seen.facts)}  ${seen.at === null ? '' : localTime(seen.at)}  ${factsText(seen.facts)}`,
      ),
      ...(todo === null ? [] : [`  → ${words.wordFor('todo', todo)}`]),
    ]);
    return { json: output, lines: lines.map((line) => line.trimEnd()) };
  };
}

const doctor: VerbRun = async (context) => {
  const { words } = context;
  const { findings } = await context.call('doctor', {});
  const explained = findings.map((finding) => ({
    ...finding,
    title: words.wordFor('doctor', finding.id, finding.facts),
    remedy: finding.ok ? null : (words.find('doctor-remedy', finding.id, finding.facts) ?? null),
  }));
  const lines = explained.flatMap(({ ok, needed, title, remedy, facts }) => [
    `${ok ? '✓' : needed ? '✗' : '!'} ${title}  ${factsText(facts)}`.trimEnd(),
    ...(remedy === null ? [] : [`  → ${remedy}`]),
  ]);
  // What is lacking is the answer, not a failure of asking.
  const healthy = findings.every(({ ok, needed }) => ok || !needed);
  lines.push('', `${mark(healthy)} ${words.say(healthy ? 'doctor.healthy' : 'doctor.lacking')}`);
  return { json: { findings: explained, healthy }, lines };
};

const audit: VerbRun = async (context) => {
  const { words } = context;
  await context.unlockIfAtHand();
  const output = await context.call('audit', {});
  const rows = output.entries.map(({ at, action, facts, hash }) => [
    localTime(at),
    words.wordFor('action', action),
    factsText(facts),
    hash.slice(0, 12),
  ]);
  const columns = (['at', 'action', 'facts', 'hash'] as const).map((id) => ({ title: words.say(`column.${id}`) }));
  const verdict = `${mark(output.intact)} ${words.say(output.intact ? 'audit.intact' : 'audit.broken')}`;
  return {
    json: output,
    lines: [...textTable(columns, rows), '', verdict],
    finding: output.intact ? undefined : { error: new AppError('home.damaged', { part: 'audit' }) },
  };
};
