import type { ResaleGap } from '../model/resale.ts';
import { fillSentence } from './error-text.ts';

type Sentences = Readonly<Record<ResaleGap['reason'], string>>;

const zh: Sentences = {
  'log-none': '这家店还没有存过日志；恢复点之后的事只能问线上数据库。',
  'log-copies-away': '存着日志的副本可能没接上，打不开：{{copies}}。接上后再恢复一次。',
  'log-starts-later': '日志从 {{until}} 才开始存；{{from}} 到那时之间卖了什么，不知道。',
  'log-gap': '日志有缺口：{{from}} 到 {{until}} 之间卖了什么，不知道。',
  'log-sealed':
    '{{records}} 段日志封在卡密保险库里没有打开（{{from}} 到 {{until}}，卡和订单改了 {{rows}} 行）。打开卡密保险库（--open-vault）再恢复一次就能看到。',
  'log-unreadable': '日志 {{file}} 的 {{position}} 处有一段读不出来。',
  'log-shape': '表 {{table}} 后来改过结构，日志里它的改动对不上列，没有猜。',
  'log-statements': '日志 {{file}} 的 {{position}} 处只记了语句（{{what}}），看不到改了哪些行。',
  'log-end':
    '日志只存到 {{at}}，之后卖了什么不知道。数据库还连得上的话，先把日志跟到最新（shouhu stream），再恢复一次。',
  'mass-change':
    '{{at}} 有一步把 {{cards}} 张卡一起改成了已售出，却没有订单（日志 {{file}}:{{position}}）。这多半是误操作，没有当成卖出。',
  'live-away': '线上数据库连不上，没能和它核对（{{code}}）。',
  'live-table-missing': '线上已经没有表 {{table}}，没法和它核对。',
  'live-shape': '线上的表 {{table}} 看不出哪些卡卖掉了。',
  'live-time-over': '线上的表 {{table}} 太大，没有核对完就停了，免得拖慢店铺。',
  'live-failed': '核对线上的表 {{table}} 时出错（{{code}}），没有核对完。',
  'live-mass-change': '线上有 {{cards}} 张卡是已售出，却没有相应的订单，多半是误操作，没有当成卖出。请对照订单核对。',
  'not-restored': '表 {{table}} 这次没有恢复。',
};

const en: Sentences = {
  'log-none': 'No log of this shop is stored: only the live database can say what happened after the restore point.',
  'log-copies-away': 'Copies that may hold the log could not be opened: {{copies}}. Connect them and restore again.',
  'log-starts-later': 'The log begins at {{until}}: what was sold from {{from}} until then is not known.',
  'log-gap': 'The log has a gap: what was sold from {{from}} until {{until}} is not known.',
  'log-sealed':
    '{{records}} stretches of the log are sealed in the card vault ({{from}} to {{until}}, {{rows}} changed rows of cards and orders). Open the vault (--open-vault) and restore again to have them read.',
  'log-unreadable': 'A part of the log cannot be read ({{file}}:{{position}}).',
  'log-shape': 'The table {{table}} was altered later: its changes in the log fit no column for sure.',
  'log-statements':
    'At {{file}}:{{position}} the log holds a statement only ({{what}}): nobody can see which rows it changed.',
  'log-end':
    'The log is stored until {{at}}; what was sold later is not known. If the server still answers, follow the log to its end (shouhu stream) and restore again.',
  'mass-change':
    'At {{at}} one step made {{cards}} cards sold without an order (log {{file}}:{{position}}): most likely a mistake, and not counted as sales.',
  'live-away': 'The live database did not answer and could not be compared ({{code}}).',
  'live-table-missing': 'The live table {{table}} is gone and could not be compared.',
  'live-shape': 'The live table {{table}} does not show which cards were sold.',
  'live-time-over': 'The live table {{table}} is large: the comparison stopped, so as not to slow the shop.',
  'live-failed': 'Comparing the live table {{table}} failed ({{code}}).',
  'live-mass-change':
    '{{cards}} live cards are sold without orders to match: most likely a mistake, and not counted as sales. Compare them with your orders.',
  'not-restored': 'The table {{table}} was not restored.',
};

/** What the resale guard could not look at, and what to do about it, in one line. */
export function resaleGapText({ reason, facts }: ResaleGap, language: 'zh' | 'en'): string {
  // A gap may begin or end where no time is known.
  const known = Object.entries(facts).map(([name, fact]) => [name, fact === '' ? '?' : fact]);
  return fillSentence((language === 'zh' ? zh : en)[reason], Object.fromEntries(known) as ResaleGap['facts']);
}
