import { AppError, toAppError } from '../../../../shared/errors/app-error.ts';
import type { TestStep } from '../../../../shared/model/source.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { isoUtc } from '../../platform/clock.ts';
import { newId } from '../../platform/random.ts';
import { inspectServer, type ServerInspection } from '../../source/mysql/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { sealPassword, sealSshAuth, viewOfSource } from '../home/saved-secrets.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { choicesOf } from '../source-choices.ts';
import { accessOfInput, accessOfSaved, openServerSession, type ServerAccess } from '../source-session.ts';
import { findSource } from './lookup.ts';
import { shopsBehind, withPrograms, type SourceShops } from './source-shops.ts';
import { TestSteps } from './test-steps.ts';

interface Tried {
  readonly steps: TestStep[];
  readonly inspection: ServerInspection | null;
  /** Null: the test ended before they could be looked for. */
  readonly found: SourceShops | null;
  readonly hostKey: { readonly algorithm: string; readonly fingerprint: string } | null;
  /** The error of the step that failed, or null. */
  readonly error: AppError | null;
}

/** SSH, login, privileges, tables: each step is reported, and the first that fails ends the test. */
async function trySource(
  context: EngineContext,
  access: ServerAccess,
  { databases, preset }: { readonly databases: readonly string[]; readonly preset: string },
  signal: AbortSignal,
): Promise<Tried> {
  const steps = new TestSteps(context.clock);
  let hostKey: Tried['hostKey'] = null;
  try {
    const session =
      access.ssh === null
        ? await openServerSession(access, signal)
        : await steps.run(
            'ssh',
            () => openServerSession(access, signal),
            ({ hostKey: met }) => (met === null ? {} : { fingerprint: met.fingerprint, algorithm: met.algorithm }),
          );
    try {
      hostKey = session.hostKey;
      const inspection = await inspectServer(session.target, { databases, signal, onStep: (step) => steps.add(step) });
      const found = await shopsBehind(preset, inspection.shapes);
      return { steps: withPrograms(steps.steps, preset, found), inspection, found, hostKey, error: null };
    } finally {
      await session.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    return { steps: steps.steps, inspection: null, found: null, hostKey, error: toAppError(error) };
  }
}

export async function sourceTry(
  context: EngineContext,
  input: VerbInput<'source.try'>,
  run: Run,
): Promise<VerbOutput<'source.try'>> {
  const { steps } = await trySource(context, accessOfInput(input), input, run.signal);
  return { steps };
}

export async function sourceTest(
  context: EngineContext,
  input: VerbInput<'source.test'>,
  run: Run,
): Promise<VerbOutput<'source.test'>> {
  const source = await findSource(context, input.name);
  const access = accessOfSaved(context.unlocked().keys, source);
  const preset = source.preset ?? (source.shops === undefined ? 'auto' : 'none');
  const tried = await trySource(context, access, { databases: source.databases, preset }, run.signal);
  if (tried.error !== null) throw tried.error;
  return { steps: tried.steps };
}

/**
 * Adds a source that answered: what cannot be reached today is refused with the reason, not saved for a silent night. A source that
 * came back by `recover`, without its passwords, is completed: it keeps its id, and with it its timeline and unchanged ranges.
 */
export async function sourceAdd(
  context: EngineContext,
  input: VerbInput<'source.add'>,
  run: Run,
): Promise<VerbOutput<'source.add'>> {
  const { keys } = context.unlocked();
  const recovered = await recoveredSource(context, input.name);
  const tried = await trySource(context, accessOfInput(input), input, run.signal);
  if (tried.inspection === null || tried.found === null) throw tried.error ?? new AppError('unexpected');
  const { found } = tried;
  // What was sealed and counted before the loss is so again, also when nobody types it anew.
  const ledgers = withoutTwins([...input.ledgers, ...found.ledgers, ...(recovered?.ledgers ?? [])]);
  const secretColumns = [
    ...new Set([
      ...[...input.secretColumns, ...(recovered?.secretColumns ?? [])].map((column) => column.toLowerCase()),
      ...found.secretColumns,
    ]),
  ];
  const id = recovered?.id ?? newId();
  const saved: SavedSource = {
    id,
    name: input.name,
    mysql: { host: input.mysql.host, port: input.mysql.port, user: input.mysql.user },
    sealedPassword: sealPassword(keys, id, input.mysql.password),
    ssh:
      input.ssh === null
        ? null
        : {
            host: input.ssh.host,
            port: input.ssh.port,
            user: input.ssh.user,
            authKind: input.ssh.auth.kind,
            hostKey: tried.hostKey,
            sealedAuth: sealSshAuth(keys, id, input.ssh.auth),
          },
    databases: input.databases,
    preset: found.shops[0]?.preset ?? null,
    shops: [...found.shops],
    ...(found.unclear.length === 0 ? {} : { unclear: [...found.unclear] }),
    secretColumns,
    ledgers,
    files: input.files.length > 0 ? input.files : (recovered?.files ?? []),
    ...(recovered === null ? {} : choicesOf({ ...recovered, shops: [] })),
    ...(input.leaveOut === undefined ? {} : { leaveOut: input.leaveOut }),
    ...((input.accounts ?? recovered?.accounts) === true ? { accounts: true } : {}),
    addedAt: isoUtc(context.clock.nowMs()),
  };
  await context.home.settings.update((settings) => {
    const others = settings.sources.filter((source) => source.id !== id);
    if (others.some(({ name }) => name === saved.name)) throw new AppError('source.exists', { name: saved.name });
    return { ...settings, sources: [...others, saved] };
  });
  await context.home.audit.append('source.add', { source: saved.name, preset: saved.preset ?? 'none' });
  context.onCatalogChanged();
  return { source: viewOfSource(saved), steps: tried.steps };
}

export async function sourceList(context: EngineContext): Promise<VerbOutput<'source.list'>> {
  const { sources } = await context.home.settings.read();
  return { sources: sources.map(viewOfSource) };
}

/** Forgets the source on this computer. Its snapshots stay in every copy. */
export async function sourceRemove(
  context: EngineContext,
  input: VerbInput<'source.remove'>,
): Promise<VerbOutput<'source.remove'>> {
  const source = await findSource(context, input.name);
  await context.home.settings.update((settings) => ({
    ...settings,
    sources: settings.sources.filter(({ id }) => id !== source.id),
  }));
  await context.home.audit.append('source.remove', { source: source.name });
  context.onCatalogChanged();
  return { removed: source.name };
}

/** The source of that name that still waits for its passwords, or null. Error: `source.exists` when it has them. */
async function recoveredSource(context: EngineContext, name: string): Promise<SavedSource | null> {
  const { sources } = await context.home.settings.read();
  const found = sources.find((source) => source.name === name);
  if (found !== undefined && found.sealedPassword !== null) throw new AppError('source.exists', { name });
  return found ?? null;
}

/** The first of each name. */
function withoutTwins<T extends { readonly name: string }>(all: readonly T[]): T[] {
  return all.filter((each, index) => all.findIndex(({ name }) => name === each.name) === index);
}
