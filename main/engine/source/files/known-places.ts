/** Where things of a shop's server usually lie. Absolute; each is looked at by name, nothing is searched for below but what is said. */

/** Each folder in one of these is a site. */
export const siteParents: readonly string[] = ['/www/wwwroot', '/var/www', '/srv/www', '/opt/1panel/www/sites'];

/** No site stands beside what is kept in these. */
const ofTheSystem =
  /^\/(?:etc|usr|lib|lib64|boot|dev|proc|sys|run|root|opt|www\/server|var\/(?:lib|spool|log|cache))(?:\/|$)/;

/** Where else sites may be: beside those that are kept. Never the top of the disk, and never among the system's own. */
export function parentsOfSites(sites: readonly string[]): string[] {
  const parents = sites.flatMap((site) => {
    const parent = site.replace(/\/+$/, '').replace(/\/[^/]*$/, '');
    const isDeep = parent.split('/').filter((name) => name !== '').length >= 2;
    return !isDeep || ofTheSystem.test(site) ? [] : [parent];
  });
  return [...new Set([...siteParents, ...parents])];
}

/** Each folder in one of these may be somebody's work: shown when there is more in it than a login leaves behind. */
export const homeParents: readonly string[] = ['/home'];

/** Programs are put here, among them those that run in containers. */
export const programParents: readonly string[] = ['/opt', '/root'];

export const dockerHome = '/var/lib/docker';
export const dockerVolumes = '/var/lib/docker/volumes';

export interface KnownPlace {
  readonly kind: 'server-settings' | 'certificates';
  readonly path: string;
}

const settings = (...paths: readonly string[]): KnownPlace[] =>
  paths.map((path) => ({ kind: 'server-settings', path }));

/** What makes a bare server this shop's server. Not one of them matters more than an hour of work, and all of them together a night. */
export const knownPlaces: readonly KnownPlace[] = [
  ...settings('/etc/nginx', '/www/server/nginx/conf', '/usr/local/nginx/conf'),
  ...settings('/etc/apache2', '/etc/httpd', '/www/server/apache/conf', '/etc/caddy'),
  ...settings('/etc/php', '/etc/php.ini', '/etc/php-fpm.d'),
  ...settings('/etc/mysql', '/etc/my.cnf', '/etc/my.cnf.d', '/etc/redis', '/etc/redis.conf'),
  ...settings('/etc/crontab', '/etc/cron.d', '/var/spool/cron', '/www/server/cron'),
  ...settings('/etc/supervisor', '/etc/supervisord.d', '/www/server/panel/plugin/supervisor/profile'),
  ...settings('/www/server/panel/vhost', '/www/server/panel/data', '/etc/systemd/system'),
  { kind: 'certificates', path: '/etc/letsencrypt' },
  { kind: 'certificates', path: '/root/.acme.sh' },
  { kind: 'certificates', path: '/www/server/panel/ssl' },
];

/** 宝塔 keeps one PHP beside the other here, each with its settings in `etc`. */
export const panelPhp = '/www/server/php';

export const composeNames: ReadonlySet<string> = new Set([
  'docker-compose.yml',
  'docker-compose.yaml',
  'compose.yml',
  'compose.yaml',
]);

const keyShape = /^(?:\.env(?:\.[a-z]+)?|.+\.(?:pem|key|p12|pfx|jks)|id_(?:rsa|ed25519|ecdsa))$/i;
const exampleShape = /(?:example|sample|dist|template|\.pub)$/i;
/** Certificates that everybody has. */
const everybodys = new Set(['cacert.pem', 'ca-bundle.pem', 'ca.pem']);

/** Whether a file is one without which a shop cannot pay, decrypt or log in. By its name alone. */
export function isKeyFile(name: string): boolean {
  return keyShape.test(name) && !exampleShape.test(name) && !everybodys.has(name.toLowerCase());
}

/** Where no key of the owner's is looked for. */
export const notSearched: ReadonlySet<string> = new Set([
  'vendor',
  'node_modules',
  'runtime',
  'cache',
  'logs',
  'log',
  'sessions',
  'views',
  'uploads',
  'upload',
  'static',
  'thinkphp',
  'think',
]);

/**
 * Folders of the host that a compose file gives to its containers, as far as its short form says (`- ./data:/data`). Those that a database keeps its own files in, and
 * sockets, are left out: nobody restores a database from files that were copied while it ran.
 */
export function boundFolders(compose: string, folder: string): string[] {
  const found = compose.split('\n').flatMap((line) => {
    const bound = /^\s*-\s*["']?((?:\/|\.{1,2}\/)[^:"'#\s]*):(\/[^:"'#\s]+)/.exec(line);
    const [, host = '', inside = ''] = bound ?? [];
    if (bound === null || /\.sock$|^\/(?:etc\/(?:localtime|timezone)|proc|sys|dev)(?:\/|$)/.test(host)) return [];
    if (/^\/var\/lib\/(?:mysql|mariadb)|^\/bitnami\/(?:mysql|mariadb)|^\/data\/db$/.test(inside)) return [];
    const path = plainPath(host.startsWith('/') ? host : `${folder}/${host}`);
    return path === null || path === '/' ? [] : [path];
  });
  return [...new Set(found)].slice(0, 50);
}

/** Without `.`, `..` and doubled slashes; null where it leaves the root. */
function plainPath(path: string): string | null {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) return null;
  }
  return `/${names.join('/')}`;
}
