import type { Flavour, ServerFacts } from '../../../../../../shared/model/database.ts';
import type { LoadSession } from '../load-session.ts';

/** What decides whether a table of another server can be had on this one. Names in lower case. */
export interface TargetServer {
  readonly flavour: Flavour;
  readonly version: string;
  readonly collations: ReadonlySet<string>;
  /** By character set: the collation that a name without one means here. */
  readonly defaultCollations: ReadonlyMap<string, string>;
  readonly engines: ReadonlySet<string>;
}

export async function readTargetServer(session: LoadSession, signal: AbortSignal): Promise<TargetServer> {
  const lower = (text: string | null | undefined) => (text ?? '').toLowerCase();
  const view = (name: string) => session.rows(`SELECT * FROM information_schema.${name}`, signal);
  // MariaDB's newer collations have no character set in their name; only this view says the whole one.
  const collations = await view('COLLATION_CHARACTER_SET_APPLICABILITY');
  const characterSets = await view('CHARACTER_SETS');
  const engines = (await view('ENGINES')).filter((row) => /^(YES|DEFAULT)$/.test(row.get('support') ?? ''));
  return {
    flavour: session.flavour,
    version: session.version,
    collations: new Set(
      collations.flatMap((row) => [lower(row.get('collation_name')), lower(row.get('full_collation_name'))]),
    ),
    defaultCollations: new Map(
      characterSets.map((row) => [lower(row.get('character_set_name')), lower(row.get('default_collate_name'))]),
    ),
    engines: new Set(engines.map((row) => lower(row.get('engine')))),
  };
}

/** True when the server writes or understands CREATE statements in another way than the one that wrote ours. */
export function isForeign(source: ServerFacts, target: Pick<TargetServer, 'flavour' | 'version'>): boolean {
  return source.flavour !== target.flavour || seriesOf(source.version) !== seriesOf(target.version);
}

/** `mariadb 10.11.19`, as a person knows it. */
export function serverName({ flavour, version }: Pick<TargetServer, 'flavour' | 'version'>): string {
  return `${flavour === 'mariadb' ? 'MariaDB' : 'MySQL'} ${/\d+(\.\d+)*/.exec(withoutPrefix(version))?.[0] ?? version}`;
}

function seriesOf(version: string): string {
  return withoutPrefix(version).split('.', 2).join('.');
}

/** MariaDB behind old replication protocols calls itself `5.5.5-10.6.1-MariaDB`. */
function withoutPrefix(version: string): string {
  return version.replace(/^5\.5\.5-(?=1\d\.)/, '');
}
