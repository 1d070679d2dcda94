/**
 * Rows of the demo shop as LOAD DATA text, made from a seed: the same shop every time, on every machine. Chinese, emoji,
 * quotes, backslashes, NULLs, BLOB bytes. About 3 of 10 rows are orders, the rest cards; names, cards and mail addresses are
 * invented.
 */
export interface DemoTableData {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** Text in pieces of about 256 KiB. */
  text(): Generator<Buffer>;
}

const goodsCount = 50;
const firstSaleMs = Date.UTC(2025, 0, 1);
const pieceBytes = 256 * 1024;
const products = [
  '网易云音乐会员',
  'QQ 币直充',
  'Steam 钱包 💳',
  '"豪华" 套餐',
  "店主's 推荐",
  '爱奇艺\\腾讯 联名',
  '百度网盘超级会员',
  'Apple 礼品卡 🎁',
  '流量包 10GB',
  '外卖红包',
];

export function demoData(rows: number): DemoTableData[] {
  const orders = Math.floor(rows * 0.3);
  return shopData({ orders, cards: Math.max(0, rows - orders - 4 - 2 * goodsCount - 7) });
}

/** The same with the two large tables sized apart; the small ones are always the same. */
export function shopData({ orders, cards }: { readonly orders: number; readonly cards: number }): DemoTableData[] {
  return [
    table('admin_users', ['id', 'username', 'password', 'name', 'created_at'], 1, () => [
      1,
      'admin',
      '$2y$10$demodemodemodemodemode',
      '店主',
      timeText(firstSaleMs),
    ]),
    table('goods_group', ['id', 'gp_name', 'is_open', 'ord'], 3, (n) => [
      n + 1,
      ['会员', '充值', '软件 🔑'][n] ?? '',
      1,
      n,
    ]),
    table(
      'goods',
      [
        'id',
        'group_id',
        'gd_name',
        'gd_description',
        'retail_price',
        'actual_price',
        'in_stock',
        'sales_volume',
        'type',
        'buy_prompt',
        'is_open',
        'created_at',
        'updated_at',
        'deleted_at',
      ],
      goodsCount,
      goods,
    ),
    table('goods_pictures', ['goods_id', 'picture', 'weight'], goodsCount, (n, random) => [
      n + 1,
      everyByte(random),
      n % 7 === 0 ? null : String((n + 1) / 3),
    ]),
    table('pays', ['id', 'pay_name', 'pay_check', 'merchant_id', 'merchant_key', 'merchant_pem', 'is_open'], 4, (n) => [
      n + 1,
      ['支付宝', '微信支付', 'QQ 钱包', 'USDT'][n] ?? '',
      `pay${n}`,
      `10000${n}`,
      n === 3 ? null : 'demo-key',
      'demo-pem\nline two',
      1,
    ]),
    table('emailtpls', ['id', 'tpl_name', 'tpl_content', 'tpl_token'], 3, (n) => [
      n + 1,
      `模板${n}`,
      `<p>您的卡密：{info}</p>\t<br/>\r\n${'内容'.repeat(200)}`,
      `token${n}`,
    ]),
    table(
      'orders',
      [
        'id',
        'order_sn',
        'goods_id',
        'title',
        'buy_amount',
        'total_price',
        'actual_price',
        'email',
        'info',
        'pay_id',
        'buy_ip',
        'status',
        'created_at',
        'updated_at',
      ],
      orders,
      order,
    ),
    table(
      'carmis',
      ['id', 'goods_id', 'status', 'is_loop', 'carmi', 'created_at', 'updated_at', 'deleted_at'],
      cards,
      (n, random) => card(n, random, cards),
    ),
  ];
}

/** All rows of the tables above together. */
export function demoRowCount(rows: number): number {
  return demoData(rows).reduce((sum, data) => sum + data.rows, 0);
}

type Value = string | number | Buffer | null;
type Random = () => number;

function table(
  name: string,
  columns: readonly string[],
  rows: number,
  row: (n: number, random: Random) => Value[],
): DemoTableData {
  return {
    table: name,
    columns,
    rows,
    *text() {
      const random = seeded(name);
      // Rows gather as text, because joining strings is many times faster than joining a Buffer per value.
      let pending = '';
      let piece: Buffer[] = [];
      let bytes = 0;
      const gather = () => {
        if (pending === '') return;
        const encoded = Buffer.from(pending);
        piece.push(encoded);
        bytes += encoded.length;
        pending = '';
      };
      for (let n = 0; n < rows; n++) {
        const values = row(n, random);
        if (values.some((value) => Buffer.isBuffer(value))) {
          gather();
          const line = byteLineOf(values);
          piece.push(line);
          bytes += line.length;
        } else pending += textLineOf(values);
        if (pending.length >= pieceBytes / 4) gather();
        if (bytes < pieceBytes) continue;
        yield Buffer.concat(piece);
        piece = [];
        bytes = 0;
      }
      gather();
      if (bytes > 0) yield Buffer.concat(piece);
    },
  };
}

function goods(n: number, random: Random): Value[] {
  const price = (Math.floor(random() * 20_000) / 100 + 1).toFixed(2);
  const at = timeText(firstSaleMs + n * 60_000);
  const name = `${products[n % products.length] ?? ''} ${n + 1} 号`;
  return [
    n + 1,
    (n % 3) + 1,
    name,
    `${name}，自动发货 🚚`,
    price,
    price,
    1000,
    0,
    1,
    n % 3 === 0 ? null : '请核对邮箱，it\'s "final"\\',
    1,
    at,
    at,
    n === 49 ? at : null,
  ];
}

function order(n: number, random: Random): Value[] {
  const goodsId = Math.floor(random() * goodsCount) + 1;
  const amount = Math.floor(random() * 3) + 1;
  const cents = Math.floor(random() * 30_000) + 100;
  const status = pick(random, [4, 4, 4, 4, 4, 4, 4, 1, -1, 2, 6]);
  const at = timeText(firstSaleMs + n * 97_000);
  const delivered = status === 4 ? Array.from({ length: amount }, () => secret(random)).join('\n') : null;
  return [
    n + 1,
    `${digitsOf(at)}${hex(random, 12)}${n}`,
    goodsId,
    `${products[goodsId % products.length] ?? ''} × ${amount}`,
    amount,
    yuan(cents),
    yuan(cents - (cents % 5)),
    `buyer${Math.floor(random() * 1_000_000)}@example.com`,
    delivered,
    status === 1 || status === -1 ? null : Math.floor(random() * 4) + 1,
    `203.0.113.${Math.floor(random() * 255)}`,
    status,
    at,
    at,
  ];
}

function card(n: number, random: Random, cards: number): Value[] {
  const at = timeText(firstSaleMs + n * 31_000);
  const isSold = n < cards * 0.6;
  return [n + 1, (n % goodsCount) + 1, isSold ? 2 : 1, 0, secret(random), at, at, n % 997 === 0 ? at : null];
}

function secret(random: Random): string {
  return [hex(random, 6), hex(random, 6), hex(random, 6), hex(random, 6)].join('-').toUpperCase();
}

/** All 256 byte values, rotated, so that every escape occurs. */
function everyByte(random: Random): Buffer {
  const start = Math.floor(random() * 256);
  return Buffer.from(Array.from({ length: 256 }, (_, n) => (n + start) % 256));
}

function yuan(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** `2025-01-01 00:00:00` without its marks. */
function digitsOf(time: string): string {
  return (
    time.slice(0, 4) + time.slice(5, 7) + time.slice(8, 10) + time.slice(11, 13) + time.slice(14, 16) + time.slice(17)
  );
}

function hex(random: Random, digits: number): string {
  return Math.floor(random() * 2 ** (digits * 4))
    .toString(16)
    .padStart(digits, '0');
}

function pick<T>(random: Random, values: readonly [T, ...T[]]): T {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

/** mulberry32, seeded by a table's name: quick, and the same on every machine. Sample data only, never for secrets. */
function seeded(name: string): Random {
  let state = Buffer.from(name).reduce((hash, octet) => Math.imul(hash ^ octet, 0x01000193), 0x811c9dc5);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The seven characters that LOAD DATA wants escaped, and what each is written as. */
const escapes: ReadonlyMap<string, string> = new Map([
  ['\0', '\\0'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\x1a', '\\Z'],
  ['\\', '\\\\'],
]);
const special = new RegExp(`[${[...escapes.keys()].map((octet) => (octet === '\\' ? '\\\\' : octet)).join('')}]`);
const everySpecial = new RegExp(special, 'g');

function textLineOf(values: readonly Value[]): string {
  let line = '';
  for (let n = 0; n < values.length; n++) line += (n === 0 ? '' : '\t') + textField(values[n] ?? null);
  return `${line}\n`;
}

function textField(value: Value): string {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  return escaped(String(value));
}

/** A row that holds bytes which are no text: each octet is one character on the way. */
function byteLineOf(values: readonly Value[]): Buffer {
  const fields = values.map((value) =>
    Buffer.isBuffer(value) ? escaped(value.toString('latin1')) : Buffer.from(textField(value)).toString('latin1'),
  );
  return Buffer.from(`${fields.join('\t')}\n`, 'latin1');
}

function escaped(text: string): string {
  return special.test(text) ? text.replace(everySpecial, (octet) => escapes.get(octet) ?? octet) : text;
}
