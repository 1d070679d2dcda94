import type { Reason } from '../../../../shared/model/proposal.ts';
import { nameSigns, type NamedColumn } from './name-signs.ts';
import { sampleSigns } from './sample-signs.ts';

/** A table as it is judged: its columns with a few values of those that may hold text. */
export interface SampledTable {
  readonly table: string;
  readonly columns: readonly (NamedColumn & { readonly columnType: string })[];
  /** Values by column; absent: not read. */
  readonly samples: ReadonlyMap<string, readonly (string | null)[]>;
}

export interface JudgedColumn {
  readonly column: string;
  readonly kind: 'card' | 'credential';
  readonly why: readonly Reason[];
}

/** From this on a column is proposed. A name that says cards is enough; values alone are not. */
const enough = 3;

/** Which columns of a table hold cards or credentials, with the reasons. */
export function judgeColumns({ table, columns, samples }: SampledTable): JudgedColumn[] {
  const soldColumn = columns.find(({ column, dataType, comment }) => isSoldColumn(column, dataType, comment));
  return columns.flatMap((each): JudgedColumn[] => {
    const signs = nameSigns(each);
    if (!signs.isText) return [];
    const seen = sampleSigns(samples.get(each.column) ?? []);
    const why: Reason[] = [];
    let score = 0;
    const say = (id: Reason['id'], points: number, facts: Reason['facts'] = {}) => {
      why.push({ id, facts });
      score += points;
    };
    if (signs.isCredential) {
      say('name-credential', 0, { column: each.column });
      if (seen.hashes >= 0.6) say('values-hashes', 0, { percent: percent(seen.hashes) });
      return [{ column: each.column, kind: 'credential', why }];
    }
    if (signs.isCardComment) say('comment-card', 3);
    if (signs.cardWord !== null) say('name-card', 2, { word: signs.cardWord });
    if (signs.isCardTable) say('table-cards', 1, { table });
    if (signs.isOrderTable && signs.isGeneric) say('table-orders', 1, { table });
    if (signs.isCardTable && signs.isGeneric && soldColumn !== undefined)
      say('sold-beside', 1, { column: soldColumn.column });
    if (seen.values === 0) {
      if (score > 0) say(samples.has(each.column) ? 'no-rows' : 'unread', 0);
    } else {
      if (seen.keys >= 0.5)
        say('values-keys', seen.unique >= 0.5 ? 3 : 1, {
          percent: percent(seen.keys),
          from: seen.shortest,
          to: seen.longest,
        });
      if (seen.unique >= 0.9 && seen.keys >= 0.5) say('values-unique', 0, { percent: percent(seen.unique) });
      if (seen.lines >= 0.1 && seen.keys >= 0.5) say('values-lines', 0, {});
      if (seen.plain >= 0.6) score -= 4;
      if (seen.hashes >= 0.6) score -= 3;
    }
    // Values that look like keys are numbers of orders, too: without a word in the names nobody is bothered.
    const isNamed = signs.isCardComment || signs.cardWord !== null || signs.isCardTable || signs.isOrderTable;
    if (signs.isPlain && !signs.isCardComment) score -= 5;
    return isNamed && score >= enough ? [{ column: each.column, kind: 'card', why }] : [];
  });
}

function isSoldColumn(column: string, dataType: string, comment: string): boolean {
  const isFlag = /int|enum|char|bool|bit/.test(dataType);
  return (
    isFlag &&
    (/售|卖出|已使用|sold|unsold/.test(comment) ||
      /(?:^|_)(?:status|state|sold|is_?sold|is_?used|active|isused)$/i.test(column))
  );
}

function percent(share: number): number {
  return Math.round(share * 100);
}
