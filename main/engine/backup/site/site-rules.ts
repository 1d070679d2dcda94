import type { SiteFinding } from '../../../../shared/model/site-files.ts';
import { LeaveOut, usualLeaveOut } from '../../source/files/index.ts';

/** What is known of a shop program's folder; rules as in `LeaveOut`. */
export interface SiteRules {
  readonly leaveOut: readonly string[];
  /** What the owner does not want, whatever the program's rules say. */
  readonly never: readonly string[];
  /** Kept whatever is left out around them. */
  readonly keep: readonly string[];
  /** Settings and keys: read every night, and a change of theirs is told. */
  readonly config: readonly string[];
  readonly uploads: readonly string[];
}

export const noSiteRules: SiteRules = { leaveOut: [], never: [], keep: [], config: [], uploads: [] };

const usualConfig = [
  '.env',
  'config.php',
  'config/database.php',
  'application/database.php',
  'includes/config.php',
  'config/config.php',
];
/** What a web server runs first, and what tells it how. */
const entries = ['index.php', 'public/index.php', '**/.htaccess', '**/.user.ini', 'admin.php', 'admin/index.php'];
const usualUploads = ['**/uploads', '**/upload', '**/uploadfile', '**/attachment', '**/avatar'];
const scriptShape = /\.(?:php\d?|phtml|phar|pht|jspx?|aspx?|cgi|sh)(?:\.|$)/i;

/** A site's rules, ready to be asked about paths. */
export class SiteJudge {
  readonly leaveOut: LeaveOut;
  readonly #config: LeaveOut;
  readonly #entries: LeaveOut;
  readonly #uploads: LeaveOut;

  constructor({ leaveOut, never, keep, config, uploads }: SiteRules) {
    this.leaveOut = new LeaveOut({
      leaveOut: [...usualLeaveOut, ...leaveOut],
      keep: [...keep, ...config, ...uploads],
      never,
    });
    this.#config = matcher([...usualConfig, ...config]);
    this.#entries = matcher(entries);
    this.#uploads = matcher([...usualUploads, ...uploads]);
  }

  /** Read again each time: a burglar sets the time of what he changed back. */
  isWatched(path: Buffer): boolean {
    return isIn(this.#config, path) || isIn(this.#entries, path);
  }

  isConfig(path: Buffer): boolean {
    return isIn(this.#config, path);
  }

  isUpload(path: Buffer): boolean {
    return isIn(this.#uploads, path);
  }

  /** What a server may run, wherever it lies. */
  isScript(path: Buffer): boolean {
    return scriptShape.test(path.subarray(path.lastIndexOf(0x2f) + 1).toString('latin1'));
  }

  /** Null: nothing that a person has to look at. */
  findingOf(path: Buffer, shown: string, change: SiteFinding['change']): SiteFinding | null {
    if (isIn(this.#config, path)) return { kind: 'config-changed', path: shown, change };
    if (isIn(this.#entries, path)) return { kind: 'entry-changed', path: shown, change };
    if (change !== 'removed' && this.isScript(path) && this.isUpload(path))
      return { kind: 'script-in-uploads', path: shown, change };
    return null;
  }
}

function matcher(rules: readonly string[]): LeaveOut {
  return new LeaveOut({ leaveOut: rules, keep: [] });
}

function isIn(rules: LeaveOut, path: Buffer): boolean {
  return rules.judge(path) === 'out';
}
