import type { VerbOutput } from '../../../shared/ipc/engine-verbs.ts';
import type { Reason } from '../../../shared/model/proposal.ts';
import { proposalWords } from '../../../shared/i18n/proposal-words.ts';
import { fillSentence } from '../../../shared/i18n/error-text.ts';
import type { Words } from '../language.ts';
import { countText } from '../output/figures.ts';

/** Each proposal with its reasons in words and the command that takes it on. */
export function proposalLines(name: string, output: VerbOutput<'source.propose'>, words: Words): string[] {
  const { columns, ledgers, looked, unread } = output;
  const sentences = proposalWords[words.language];
  const because = (why: readonly Reason[]) => why.map(({ id, facts }) => `    - ${fillSentence(sentences[id], facts)}`);
  const ofKind = (kind: 'card' | 'credential') => columns.filter((column) => column.kind === kind);
  const cards = ofKind('card');
  const fresh = cards.filter(({ isSealed }) => !isSealed);
  const { tables, rows } = looked;
  return [
    words.say('propose.looked', { tables: countText(tables), rows: countText(rows) }),
    '',
    words.say(cards.length === 0 ? 'propose.no-cards' : 'propose.cards'),
    ...cards.flatMap((column) => [
      `  ${column.isSealed ? '✓' : '?'} ${column.name}${column.isSealed ? `  ${words.say('propose.sealed')}` : ''}`,
      ...because(column.why),
    ]),
    ...(fresh.length === 0
      ? []
      : [words.say('propose.seal', { name, flags: fresh.map((column) => `--secret ${column.name}`).join(' ') })]),
    '',
    words.say(ledgers.length === 0 ? 'propose.no-ledgers' : 'propose.ledgers'),
    ...ledgers.flatMap(({ definition, isKnown, statusValues, why }) => [
      `  ${isKnown ? '✓' : '?'} ${definition.database}.${definition.table}.${definition.amountColumn}${isKnown ? `  ${words.say('propose.counted')}` : ''}`,
      ...because(why),
      ...(statusValues.length === 0 ? [] : [`    ${words.say('propose.which', { values: statusValues.join(', ') })}`]),
    ]),
    ...(ledgers.some(({ isKnown }) => !isKnown) ? [words.say('propose.count', { name })] : []),
    ...(ofKind('credential').length === 0
      ? []
      : [
          '',
          words.say('propose.credentials', {
            columns: ofKind('credential')
              .map((column) => column.name)
              .join(', '),
          }),
        ]),
    ...(unread.length === 0 ? [] : ['', words.say('propose.unread', { tables: unread.join(', ') })]),
  ];
}
