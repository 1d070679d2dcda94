import { sheetQr } from '../../../../shared/model/sheet-words.ts';
import { shownLine } from '../../../../shared/model/shown-text.ts';
import { kitTexts, type KitLanguage, type KitText, type WhichKit } from './kit-texts.ts';

/** What one kit says. Pure: words in, page out. It holds the key itself, so it goes to paper and nowhere else. */
export interface Kit {
  readonly which: WhichKit;
  readonly repositoryId: string;
  /** The slot that these words open: what `key revoke` names. */
  readonly slotId: string;
  /** Whose sheet it is; null: the owner's. */
  readonly holder: string | null;
  /** When this sheet was made. */
  readonly createdAtIso: string;
  readonly words: { readonly zh: readonly string[]; readonly en: readonly string[] };
  /** The language whose words come first; the page always speaks both. */
  readonly language: KitLanguage;
  /** Where copies are, as far as is known when the kit is made. */
  readonly places: readonly string[];
  /** The reader that every copy has as `recover.mjs` or under this name, and its SHA-256 (hex): whoever holds a copy could have exchanged it. */
  readonly reader: { readonly name: string; readonly sha256: string };
}

/** Version of the words and of the QR code's content, so that a reader of the far future knows what it holds. */
export const kitVersion = 1;
const columns = 4;
const linesForPlaces = 4;

/** What the QR code holds: repository and English words, in the form that `--words-file` and the app take back (`wordsOfSheet`). */
export function qrContent({ which, repositoryId, words }: Kit): string {
  return sheetQr(which, repositoryId, words.en);
}

/** The kit as plain text, for people who keep text and for printers that only print text. */
export function kitAsText(kit: Kit): string {
  const { zh, en } = textsOf(kit);
  const both = (pick: (text: KitText) => string): string[] => [pick(zh), pick(en)];
  const orders = orderedWords(kit);
  return [
    ...both((text) => text.title),
    '',
    ...facts(kit).map(({ zh: zhName, en: enName, value }) => `${zhName} / ${enName}: ${value}`),
    '',
    ...both((text) => text.holder),
    ...both((text) => text.revoking),
    '',
    ...orders.flatMap(({ words, heading }) => [heading, ...textRows(words), '']),
    ...both((text) => text.placesHeading),
    ...placeLines(kit),
    '',
    zh.stepsHeading,
    ...zh.steps.map((step, at) => `${at + 1}. ${step}`),
    '',
    en.stepsHeading,
    ...en.steps.map((step, at) => `${at + 1}. ${step}`),
    '',
  ].join('\n');
}

/** The kit as one A4 page that needs nothing but itself: no script, no font, no picture from elsewhere. `qrSvg` is drawn as it is. */
export function kitAsHtml(kit: Kit, qrSvg: string): string {
  const { zh, en } = textsOf(kit);
  const [first, second] = orderedWords(kit);
  const both = (pick: (text: KitText) => string): string =>
    `<span lang="zh-CN">${escape(pick(zh))}</span><small lang="en">${escape(pick(en))}</small>`;
  const steps = (text: KitText): string => text.steps.map((step) => `<li>${escape(step)}</li>`).join('');
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(zh.title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${both((text) => text.title)}</h1>
<div class="head">
<dl>${facts(kit)
    .map(({ zh: zhName, en: enName, value }) => `<dt>${zhName} <small>${enName}</small></dt><dd>${escape(value)}</dd>`)
    .join('')}</dl>
<div class="qr">${qrSvg}${both((text) => text.qr)}</div>
</div>
<p class="holder">${both((text) => text.holder)}</p>
<h2>${escape(first.heading)}</h2>
${htmlWords(first.words, 'words')}
<h2>${escape(second.heading)}</h2>
${htmlWords(second.words, 'words second')}
<h2>${both((text) => text.placesHeading)}</h2>
<ul class="places">${placeLines(kit)
    .map((line) => `<li>${escape(line)}</li>`)
    .join('')}</ul>
<h2>${escape(zh.stepsHeading)}</h2>
<ol lang="zh-CN">${steps(zh)}</ol>
<div lang="en" class="english"><h2>${escape(en.stepsHeading)}</h2>
<ol>${steps(en)}</ol></div>
<p class="note">${both((text) => text.revoking)}</p>
</body>
</html>
`;
}

function textsOf({ which }: Kit): { zh: KitText; en: KitText } {
  return { zh: kitTexts.zh[which], en: kitTexts.en[which] };
}

function facts(kit: Kit): { zh: string; en: string; value: string }[] {
  return [
    { zh: '仓库编号', en: 'Repository', value: kit.repositoryId },
    { zh: '本页编号', en: 'This sheet', value: kit.slotId.slice(0, 8) },
    ...(kit.holder === null ? [] : [{ zh: '持有人', en: 'Held by', value: shownLine(kit.holder) }]),
    { zh: '建立日期', en: 'Created', value: kit.createdAtIso.slice(0, 10) },
    { zh: '格式版本', en: 'Format', value: `shouhu-kit-${kitVersion}` },
    { zh: 'recover.mjs 校验', en: 'SHA-256 of recover.mjs', value: `${kit.reader.sha256} (${kit.reader.name})` },
  ];
}

interface WordList {
  readonly heading: string;
  readonly words: readonly string[];
}

function orderedWords({ language, words }: Kit): [WordList, WordList] {
  const zh = { heading: '24 个恢复词（中文） / the 24 words in Chinese', words: words.zh };
  const en = {
    heading: '24 个恢复词（英文，任选一种即可） / the 24 words in English (either list will do)',
    words: words.en,
  };
  return language === 'zh' ? [zh, en] : [en, zh];
}

function rowsOf(words: readonly string[]): string[][] {
  const numbered = words.map((word, at) => `${String(at + 1).padStart(2)}. ${word}`);
  return Array.from({ length: Math.ceil(numbered.length / columns) }, (_, row) =>
    numbered.slice(row * columns, (row + 1) * columns),
  );
}

function textRows(words: readonly string[]): string[] {
  return rowsOf(words).map((row) => `  ${row.map((cell) => cell.padEnd(14)).join('  ')}`.trimEnd());
}

function htmlWords(words: readonly string[], className: string): string {
  const row = (cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`;
  return `<table class="${className}">${rowsOf(words).map(row).join('')}</table>`;
}

/** The places that are known, and room to write the others by hand. */
function placeLines({ places }: Kit): string[] {
  const blank = '_'.repeat(40);
  return [
    ...places.map(shownLine),
    ...Array.from({ length: Math.max(1, linesForPlaces - places.length) }, () => blank),
  ];
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** One A4 page, also with half a dozen copies on it. */
const style = `
@page { size: A4; margin: 9mm 13mm; }
body { font: 9.5pt/1.25 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #000; background: #fff; max-width: 184mm; margin: 0 auto; }
h1 { font-size: 17pt; margin: 0 0 2mm; }
h1 small { font-size: 9.5pt; margin-left: 3mm; }
h2 { font-size: 10pt; margin: 2mm 0 0.6mm; }
h1 small, h2 small, p small { font-weight: normal; color: #333; }
h2 small { font-size: 8pt; margin-left: 2mm; }
p small { display: block; font-size: 8pt; }
.head { display: flex; justify-content: space-between; align-items: flex-start; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.6mm 4mm; margin: 0; }
dd { margin: 0; font-family: monospace; overflow-wrap: anywhere; }
.qr { flex: none; width: 34mm; margin-left: 4mm; text-align: center; font-size: 6.5pt; line-height: 1.2; }
.qr svg { display: block; width: 34mm; height: 34mm; }
.qr small { display: block; color: #333; }
.holder { border: 0.6mm solid #000; padding: 1.4mm 3mm; font-weight: bold; margin: 1.5mm 0; }
.note { font-size: 8pt; margin: 2mm 0 0; }
.note small { font-size: 7pt; }
table.words { border-collapse: collapse; width: 100%; }
table.words td { border: 0.3mm solid #000; padding: 0.3mm 2mm; width: 25%; font-size: 11.5pt; line-height: 1.3; }
table.second td { font-size: 8.5pt; padding: 0 2mm; }
.places { margin: 0; padding-left: 5mm; columns: 2; font-size: 8.5pt; }
.places li { overflow: hidden; overflow-wrap: anywhere; break-inside: avoid; }
ol { margin: 0; padding-left: 6mm; font-size: 8.5pt; }
.english { color: #222; }
.english h2 { font-size: 8.5pt; }
.english ol { font-size: 7pt; }
`;
