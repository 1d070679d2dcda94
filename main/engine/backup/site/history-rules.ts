import type { OutsideHistory, SiteEntry } from '../../../../shared/model/site-files.ts';
import type { SiteJudge } from './site-rules.ts';

/**
 * What of a site belongs into the history of config and code, which is kept for ever. Data does not: what people upload, dumps, logs and lists may hold what its owner deleted on
 * purpose, and grow without end. They are kept with the snapshots all the same.
 */

/** Larger ones are libraries or data. Bytes. */
export const mostCodeBytes = 512 * 1024;
/** Bounds of one commit; what settings are is always taken. */
export const historyBounds = { files: 50_000, bytes: 256 * 1024 * 1024 } as const;

const codeName =
  /\.(?:php\d?|phtml|inc|module|tpl|html?|xhtml|js|mjs|cjs|ts|jsx|tsx|vue|css|scss|sass|less|json5?|xml|xsl|ya?ml|toml|ini|conf|cnf|cfg|env|properties|md|sh|bash|bat|cmd|ps1|py|rb|pl|lua|go|java|jspx?|aspx?|cgi|twig|blade|lock|dist|example|sample|lang)$/i;
const knownName =
  /^(?:\.env.*|\.htaccess|\.user\.ini|\.[a-z]+rc|\.editorconfig|\.gitignore|artisan|think|makefile|dockerfile|procfile|crontab)$/i;

/** Null: it belongs into it, as far as its name and size tell. Folders are never asked about. */
export function outsideBecause(
  path: Buffer,
  entry: Exclude<SiteEntry, { type: 'folder' }>,
  judge: SiteJudge,
): OutsideHistory | null {
  if (entry.type === 'unread') return 'unread';
  if (entry.type === 'file' && entry.size > mostCodeBytes) return judge.isUpload(path) ? 'upload' : 'too-large';
  if (judge.isConfig(path)) return null;
  // A program among uploads is what nobody wants there: its coming is what a history is for.
  if (judge.isUpload(path)) return entry.type === 'file' && judge.isScript(path) ? null : 'upload';
  if (entry.type === 'link') return null;
  const name = path.subarray(path.lastIndexOf(0x2f) + 1).toString('latin1');
  return codeName.test(name) || knownName.test(name) ? null : 'no-code';
}

/** As git itself tells: a zero byte early on. */
export function isBinary(content: Buffer): boolean {
  return content.subarray(0, 8000).includes(0);
}
