import { sampleProposal } from './sample-proposal.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type {
  CommandInput,
  CommandOutput,
  PageDestinationInput,
  PageSourceInput,
} from '../../../shared/ipc/contract.ts';
import { defaultRetention } from '../../../shared/model/retention.ts';
import type { TestStep } from '../../../shared/model/source.ts';
import { aDestination, aSource, idOf, sampleDestinations, sampleFingerprint, sampleTables } from './sample-shop.ts';
import type { FakeJobs } from './fake-jobs.ts';
import type { World } from './world.ts';

const passed = (id: string, facts: TestStep['facts'] = {}): TestStep => ({
  id,
  ok: true,
  ms: 12 + id.length * 7,
  facts,
  errorCode: null,
});
const refused = (id: string, errorCode: string, facts: TestStep['facts'] = {}): TestStep => ({
  id,
  ok: false,
  ms: 40,
  facts,
  errorCode,
});

/** Whoever types `wrong` as a password, or a host that begins with `changed`, sees how that goes. */
function trySource(input: PageSourceInput): TestStep[] {
  const { ssh, mysql } = input;
  if (ssh !== null) {
    const facts = { host: ssh.host, algorithm: 'ssh-ed25519', fingerprint: sampleFingerprint };
    if (ssh.host.startsWith('changed'))
      return [
        refused('ssh', 'tunnel.host-key-changed', { ...facts, expected: sampleFingerprint.replace('3fQ0', '9kZa') }),
      ];
    if (ssh.fingerprint === null && !ssh.trustFirst) return [refused('ssh', 'tunnel.host-key-unknown', facts)];
    if (ssh.fingerprint !== null && ssh.fingerprint !== sampleFingerprint)
      return [refused('ssh', 'tunnel.host-key-changed', { ...facts, expected: ssh.fingerprint })];
    if (ssh.auth.kind === 'password' && ssh.auth.password === 'wrong')
      return [refused('ssh', 'tunnel.auth-failed', { host: ssh.host, user: ssh.user })];
  }
  const steps = ssh === null ? [] : [passed('ssh', { fingerprint: sampleFingerprint })];
  if (mysql.password === 'wrong')
    return [...steps, refused('login', 'mysql.auth-failed', { host: mysql.host, port: mysql.port, user: mysql.user })];
  return [
    ...steps,
    passed('login', { version: 'MariaDB 10.11.6' }),
    passed('privileges'),
    passed('tables', { tables: sampleTables.length }),
  ];
}

function tryDestination(input: PageDestinationInput): TestStep[] {
  if (input.kind === 's3' && input.secretKey === 'wrong')
    return [passed('open'), refused('put', 'backend.access-denied', { bucket: input.bucket })];
  if (input.kind === 'disk') return ['open', 'put', 'stat', 'get', 'list', 'remove'].map((id) => passed(id));
  return [
    ...['open', 'put', 'clock', 'stat', 'get', 'range', 'list', 'create'].map((id) => passed(id)),
    passed('lock', { lock: input.lockDays == null ? 'off' : 'proven' }),
    passed('remove', { versions: input.lockDays == null ? 'off' : 'on' }),
  ];
}

/** A failed test refuses the addition with the error of the step that failed. */
function requirePassed(steps: readonly TestStep[]): void {
  const failed = steps.find((step) => !step.ok);
  if (failed !== undefined) throw new AppError((failed.errorCode ?? 'unexpected') as AppError['code'], failed.facts);
}

export function setUpCommands(world: World, jobs: FakeJobs, changed: () => void) {
  const choice = (label: string) => ({ token: idOf(world.nextNumber++), label });
  const folders = {
    kit: 'C:\\恢复卡',
    main: 'D:\\守护备份',
    'second-disk': 'E:\\守护备份',
    cold: 'F:\\守护备份',
    offsite: 'G:\\守护备份',
    recover: 'F:\\守护备份',
    files: 'C:\\Users\\me\\Desktop\\网站文件',
  };

  return {
    'app.chooseFolder': ({ purpose }: CommandInput<'app.chooseFolder'>) => choice(folders[purpose]),
    'app.chooseSshKey': () => choice('C:\\Users\\me\\.ssh\\id_ed25519'),
    'app.chooseSqlFile': () => choice('C:\\Users\\me\\Desktop\\shop.sql'),
    'home.init': ({ passphrase }: CommandInput<'home.init'>) => {
      if (passphrase.length < 8) throw new AppError('keys.weak-passphrase');
      Object.assign(world, { initialised: true, unlocked: true });
      changed();
      return {
        repositoryId: idOf(2),
        kitFiles: ['C:\\恢复卡\\恢复卡-主钥匙.html', 'C:\\恢复卡\\恢复卡-卡密保险库.html'],
      };
    },
    'home.unlock': ({ passphrase }: CommandInput<'home.unlock'>) => {
      if (passphrase === 'wrong') throw new AppError('keys.wrong-passphrase');
      world.unlocked = true;
      changed();
      return {};
    },
    'source.list': () => ({ sources: world.sources }),
    'destination.list': () => ({ destinations: world.destinations }),
    'source.try': (input: PageSourceInput) => ({ steps: trySource(input) }),
    'source.add': (input: PageSourceInput): CommandOutput<'source.add'> => {
      const known = world.sources.find(({ name }) => name === input.name);
      if (known?.hasCredentials === true) throw new AppError('source.exists', { name: input.name });
      const steps = trySource(input);
      requirePassed(steps);
      const source = aSource({
        id: known?.id ?? idOf(world.nextNumber++),
        name: input.name,
        databases: input.databases,
        accounts: input.accounts === true,
      });
      world.sources = [...world.sources.filter(({ name }) => name !== input.name), source];
      changed();
      return { source, steps };
    },
    'source.test': () => ({
      steps: [passed('ssh'), passed('login'), passed('privileges'), passed('tables', { tables: sampleTables.length })],
    }),
    'source.set': (wish: CommandInput<'source.set'>): CommandOutput<'source.set'> => {
      const { name, accounts, secretColumns = [], openColumns = [], ledgers = [], withoutLedgers = [] } = wish;
      const known = world.sources.find((source) => source.name === name);
      if (known === undefined) throw new AppError('source.unknown', { name });
      const source = {
        ...known,
        ...(accounts === undefined ? {} : { accounts }),
        secretColumns: [...known.secretColumns.filter((column) => !openColumns.includes(column)), ...secretColumns],
        ledgers: [...known.ledgers.filter((ledger) => !withoutLedgers.includes(ledger.name)), ...ledgers],
      };
      world.sources = world.sources.map((each) => (each.name === name ? source : each));
      changed();
      return { source };
    },
    'source.propose': (): CommandOutput<'source.propose'> => sampleProposal,
    'destination.set': ({
      name,
      retention,
      lockDays,
    }: CommandInput<'destination.set'>): CommandOutput<'destination.set'> => {
      const known = world.destinations.find((destination) => destination.name === name);
      if (known === undefined) throw new AppError('destination.unknown', { name, known: '' });
      const before = known.retention ?? defaultRetention;
      const destination = {
        ...known,
        ...(lockDays === undefined ? {} : { lockDays }),
        retention: {
          keepAll: retention.keepAll ?? before.keepAll,
          keepDaily: retention.keepDaily ?? before.keepDaily,
          keepWeekly: retention.keepWeekly ?? before.keepWeekly,
          keepMonthly: retention.keepMonthly ?? before.keepMonthly,
        },
      };
      world.destinations = world.destinations.map((each) => (each.name === name ? destination : each));
      changed();
      const steps = [passed('open'), passed('put'), passed('lock', { lock: 'proven' })];
      return { destination, ...(lockDays === undefined ? {} : { steps }) };
    },
    'source.remove': ({ name }: CommandInput<'source.remove'>) => {
      world.sources = world.sources.filter((source) => source.name !== name);
      changed();
      return { removed: name };
    },
    'destination.try': (input: PageDestinationInput) => ({ steps: tryDestination(input) }),
    'destination.add': (input: PageDestinationInput): CommandOutput<'destination.add'> => {
      if (world.destinations.some(({ name }) => name === input.name))
        throw new AppError('destination.exists', { name: input.name });
      const steps = tryDestination(input);
      requirePassed(steps);
      const common = { name: input.name, place: input.place };
      const destination = aDestination(
        world.nextNumber++,
        input.kind === 'disk'
          ? { ...common, role: input.role, where: folders[input.role] }
          : {
              ...common,
              kind: 's3',
              role: 'cloud',
              provider: input.provider,
              where: `${input.bucket}/${input.prefix} at ${input.customDomain ?? input.endpoint ?? input.provider}`,
              ...(input.lockDays == null ? {} : { lockDays: input.lockDays }),
            },
      );
      world.destinations = [...world.destinations, destination];
      if (input.kind === 'disk' && input.cold !== undefined) {
        world.coldSchedules.set(input.name, input.cold);
        world.pluggedIn.add(input.name);
      }
      changed();
      return { destination, steps };
    },
    'destination.test': ({ name }: CommandInput<'destination.test'>) => {
      const isAway = name === '蓝色 U 盘';
      return {
        steps: isAway ? [refused('open', 'backend.absent', { name })] : [passed('open'), passed('put'), passed('get')],
      };
    },
    'destination.remove': ({ name }: CommandInput<'destination.remove'>) => {
      world.destinations = world.destinations.filter((destination) => destination.name !== name);
      changed();
      return { removed: name };
    },
    'demo.open': async ({ jobId }: CommandInput<'demo.open'>) => {
      await jobs.walk(jobId, 'demo.open', 'demo', [
        { phase: 'demo', details: ['MariaDB', 'SSH', 'S3'], bytes: 0 },
        { phase: 'demo', details: ['orders', 'carmis', 'goods'], bytes: 0 },
      ]);
      world.sources = [...world.sources, aSource({ id: idOf(world.nextNumber++), name: 'demo-shop' })];
      world.destinations = [
        ...world.destinations,
        ...sampleDestinations.map((one) => ({ ...one, name: `demo-${one.name}` })),
      ];
      changed();
      return { source: 'demo-shop', destinations: world.destinations.map(({ name }) => name) };
    },
    'demo.destroy': () => ({ dropped: 'orders' }),
    'demo.close': () => ({}),
  };
}
