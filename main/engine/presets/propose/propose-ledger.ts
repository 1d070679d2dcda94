import type { LedgerDefinition } from '../../../../shared/model/database.ts';
import type { Reason } from '../../../../shared/model/proposal.ts';
import type { SampledTable } from './propose-columns.ts';

export interface JudgedLedger {
  readonly definition: Omit<LedgerDefinition, 'name' | 'database'>;
  readonly statusValues: readonly string[];
  readonly why: readonly Reason[];
}

type ColumnOf = SampledTable['columns'][number];

const moneyTable =
  /(?:^|_)(?:orders?|goods_orders?|trades?|pay_orders?|payments?|recharges?|user_recharges?|order_recharges?|recharge_orders?|sales?)$/i;
/** The money that a buyer really paid, best first. */
const amountNames = [
  /^(?:actual|real|final)_?(?:price|amount|money|pay|paid)$/,
  /^(?:pay|paid)_?(?:money|amount|price|total)$|^paid$/,
  /^(?:ord(?:er)?_)?(?:total|sum)_?(?:price|amount|money|fee)$|^trade_amount$/,
  /^ord(?:er)?_?(?:price|amount|money)$/,
  /^(?:amount|money|total)$/,
  /^price$/,
];
const amountComments = [
  /实际支付|实付|实际到账/,
  /支付(?:总)?金额|付款金额|支付总额/,
  /订单总?(?:价|金额)|总价|总金额/,
  /充值金额|金额/,
];
const notTurnover =
  /coupon|discount|cost|fee|premium|rebate|divide|commission|profit|rent|wholesale|unit|single|refund|单价|优惠|手续费|成本|返利|分成|佣金|加价/i;
const statusName = /(?:^|_)(?:ord_?|order_?|pay_?)?(?:status|state)$/i;
const paidTime = /^(?:pay|paid|payment|success|trade|finish)_?(?:time|at|date)$|^time_?paid$/i;
const madeTime = /^(?:create|created|add|insert|order)_?(?:time|at|date|d)$|^(?:date|time|ctime|createtime|addtime)$/i;
const productName = /^(?:goods|product|commodity|shop|item|plan|prod)_?id$|^pid$/i;
const unpaidWord =
  /未(?:支付|付款)|待(?:支付|付款)|等待付款|过期|取消|关闭|超时|删除|unpaid|wait.?pay|pending|expired?|cancel|closed?|timeout|fail(?:ed)?[ _-]?pay|支付失败|yiguoqi/i;
const paidWord =
  /已(?:支付|付款|完成|发货|处理)|支付成功|完成|成功|待(?:处理|发货)|处理|异常|paid|success|complete|finish|deliver|wait.?send|done|shipped|退款|冻结/i;
const exactTypes = new Set(['decimal', 'numeric']);
const floatTypes = new Set(['float', 'double']);
const integerTypes = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint']);

/** The money table that this table is, or null. */
export function judgeLedger(sampled: SampledTable): JudgedLedger | null {
  const { table, columns, samples } = sampled;
  if (!moneyTable.test(table)) return null;
  const amount = bestAmount(columns, samples);
  if (amount === null) return null;
  const why: Reason[] = [amount.why];
  const status = statusOf(columns, samples);
  why.push(status.why);
  const day = dayOf(columns, samples);
  if (day != null) why.push({ id: 'time', facts: { column: day.column } });
  const product = columns.find(({ column }) => productName.test(column));
  const currency = columns.find(
    ({ column, dataType }) => /^currency(?:_code)?$/i.test(column) && /char|enum|text/.test(dataType),
  );
  if (currency !== undefined) why.push({ id: 'currency', facts: { column: currency.column } });
  return {
    definition: {
      table,
      amountColumn: amount.column.column,
      unit: amount.isCents ? 'cent' : 'yuan',
      currency: currency === undefined ? 'CNY' : 'XXX',
      statusColumn: status.column,
      paidValues: [...status.paid],
      ...(day == null ? {} : { day }),
      ...(product === undefined ? {} : { productColumn: product.column }),
      ...(currency === undefined ? {} : { currencyColumn: currency.column }),
    },
    statusValues: status.values,
    why,
  };
}

interface Amount {
  readonly column: ColumnOf;
  readonly isCents: boolean;
  readonly why: Reason;
}

function bestAmount(columns: readonly ColumnOf[], samples: SampledTable['samples']): Amount | null {
  const found = columns.flatMap((column) => {
    const rank = rankOf(column);
    const amount = rank === null ? null : amountOf(column, samples.get(column.column) ?? []);
    return rank === null || amount === null ? [] : [{ rank, amount }];
  });
  return found.sort((a, b) => a.rank - b.rank)[0]?.amount ?? null;
}

/** Lower is better; null: no money that a buyer paid. */
function rankOf({ column, comment }: ColumnOf): number | null {
  if (notTurnover.test(column) || notTurnover.test(comment)) return null;
  const byName = amountNames.findIndex((name) => name.test(column.toLowerCase()));
  const byComment = amountComments.findIndex((words) => words.test(comment));
  const ranks = [byName, byComment].filter((rank) => rank >= 0);
  return ranks.length === 0 ? null : Math.min(...ranks) + (byName < 0 ? 0.5 : 0);
}

function amountOf(column: ColumnOf, sample: readonly (string | null)[]): Amount | null {
  const { dataType, columnType, comment } = column;
  const facts = { column: column.column };
  if (exactTypes.has(dataType))
    return { column, isCents: false, why: { id: 'amount-decimal', facts: { ...facts, type: columnType } } };
  if (floatTypes.has(dataType)) return { column, isCents: false, why: { id: 'amount-float', facts } };
  if (integerTypes.has(dataType)) {
    const isYuan = /元/.test(comment);
    return {
      column,
      isCents: !isYuan,
      why: isYuan ? { id: 'amount-decimal', facts: { ...facts, type: columnType } } : { id: 'amount-cents', facts },
    };
  }
  if (!/char|text/.test(dataType)) return null;
  const filled = sample.filter((value) => value !== null && value.trim() !== '');
  const numbers = filled.filter((value) => /^\s*-?\d+(?:\.\d+)?\s*$/.test(value ?? ''));
  if (numbers.length === 0 || numbers.length < filled.length / 2) return null;
  return {
    column,
    isCents: false,
    why: { id: 'amount-text', facts: { ...facts, rubbish: filled.length - numbers.length } },
  };
}

interface Status {
  readonly column: string | null;
  readonly paid: readonly string[];
  readonly values: string[];
  readonly why: Reason;
}

function statusOf(columns: readonly ColumnOf[], samples: SampledTable['samples']): Status {
  const named = columns.filter(({ column }) => statusName.test(column));
  const best = named.find(({ comment }) => unpaidWord.test(comment) || paidWord.test(comment)) ?? named[0];
  if (best === undefined) return { column: null, paid: [], values: [], why: { id: 'status-none', facts: {} } };
  const seen = new Set(
    (samples.get(best.column) ?? []).filter((value): value is string => value !== null && value.length <= 20),
  );
  const told = [...meaningsIn(best), ...[...seen].map((value): [string, string] => [value, value])];
  const paid = told.filter(([, words]) => !unpaidWord.test(words) && paidWord.test(words)).map(([value]) => value);
  const facts = { column: best.column, values: [...new Set(paid)].join(', ') };
  if (paid.length > 0)
    return { column: best.column, paid: [...new Set(paid)], values: [], why: { id: 'status-words', facts } };
  const values = [...seen].sort().slice(0, 12);
  return { column: best.column, paid: [], values, why: { id: 'status-unknown', facts: { column: best.column } } };
}

/** `0=未支付，1=已支付`, `1待支付 2待处理`, `-1过期 0待支付`, `enum('wait-pay','success')`: values with what they mean. */
function meaningsIn({ comment, columnType }: ColumnOf): [string, string][] {
  const inComment = [...comment.matchAll(/(-?\d+)\s*[=:：、.]?\s*([\u3400-\u9fffA-Za-z][^\d,，;；、\s-]*)/g)];
  const found = inComment.map(([, value = '', words = '']): [string, string] => [value, words]);
  const inType = [...columnType.matchAll(/'([^']{1,20})'/g)].map(([, value = '']): [string, string] => [value, value]);
  return [...found, ...inType];
}

function dayOf(columns: readonly ColumnOf[], samples: SampledTable['samples']): LedgerDefinition['day'] | null {
  const column =
    columns.find(({ column: name }) => paidTime.test(name)) ?? columns.find(({ column: name }) => madeTime.test(name));
  if (column === undefined) return null;
  const at = (form: NonNullable<LedgerDefinition['day']>['form']) => ({
    column: column.column,
    form,
    utcOffsetMinutes: 480,
  });
  if (column.dataType === 'timestamp') return at('utc');
  if (column.dataType === 'datetime' || column.dataType === 'date')
    return at(/_gmt$|_utc$/i.test(column.column) ? 'utc' : 'local');
  if (!integerTypes.has(column.dataType)) return null;
  const largest = Math.max(0, ...(samples.get(column.column) ?? []).map((value) => Number(value ?? 0)));
  return at(largest > 100_000_000_000 ? 'unix-ms' : 'unix-seconds');
}
