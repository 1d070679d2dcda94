import { AppError, toAppError } from '../../../../shared/errors/app-error.ts';
import type { LedgerDefinition } from '../../../../shared/model/database.ts';
import type { SourceInput, TestStep } from '../../../../shared/model/source.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { isoUtc } from '../../platform/clock.ts';
import { newId } from '../../platform/random.ts';
import { detectPreset, ledgersOf, presetById, secretColumnsOf } from '../../presets/preset.ts';
import type { Preset } from '../../presets/preset-schema.ts';
import { inspectServer, type ServerInspection } from '../../source/mysql/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { sealPassword, sealSshAuth, viewOfSource } from '../home/saved-secrets.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { accessOfInput, accessOfSaved, openServerSession, type ServerAccess } from '../source-session.ts';
import { findSource } from './lookup.ts';
import { TestSteps } from './test-steps.ts';

interface Tried {
  readonly steps: TestStep[];
  readonly inspection: ServerInspection | null;
  readonly hostKey: { readonly algorithm: string; readonly fingerprint: string } | null;
  /** The error of the step that failed, or null. */
  readonly error: AppError | null;
}

/** SSH, login, privileges, tables: each step is reported, and the first that fails ends the test. */
async function trySource(
  context: EngineContext,
  access: ServerAccess,
  databases: readonly string[],
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
      return { steps: steps.steps, inspection, hostKey, error: null };
    } finally {
      await session.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    return { steps: steps.steps, inspection: null, hostKey, error: toAppError(error) };
  }
}

export async function sourceTry(
  context: EngineContext,
  input: VerbInput<'source.try'>,
  run: Run,
): Promise<VerbOutput<'source.try'>> {
  const { steps } = await trySource(context, accessOfInput(input), input.databases, run.signal);
  return { steps };
}

export async function sourceTest(
  context: EngineContext,
  input: VerbInput<'source.test'>,
  run: Run,
): Promise<VerbOutput<'source.test'>> {
  const source = await findSource(context, input.name);
  const access = accessOfSaved(context.unlocked().keys, source);
  const tried = await trySource(context, access, source.databases, run.signal);
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
  const tried = await trySource(context, accessOfInput(input), input.databases, run.signal);
  if (tried.inspection === null) throw tried.error ?? new AppError('unexpected');
  // What was sealed and counted before the loss is so again, also when nobody types it anew.
  const wanted = { ...input, secretColumns: [...input.secretColumns, ...(recovered?.secretColumns ?? [])] };
  const { preset, ledgers, secretColumns } = await applyPreset(wanted, tried.inspection);
  const named = new Set(ledgers.map(({ name }) => name));
  ledgers.push(...(recovered?.ledgers ?? []).filter(({ name }) => !named.has(name)));
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
    preset: preset?.id ?? null,
    secretColumns,
    ledgers,
    files: input.files,
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

export async function sourceSet(
  context: EngineContext,
  { name, accounts }: VerbInput<'source.set'>,
): Promise<VerbOutput<'source.set'>> {
  const { id } = await findSource(context, name);
  const { sources } = await context.home.settings.update((settings) => ({
    ...settings,
    sources: settings.sources.map((source) => (source.id === id ? { ...source, accounts } : source)),
  }));
  const saved = sources.find((source) => source.id === id);
  if (saved === undefined) throw new AppError('source.unknown', { name });
  await context.home.audit.append('source.set', { source: name, accounts });
  context.onCatalogChanged();
  return { source: viewOfSource(saved) };
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

async function applyPreset(
  input: SourceInput,
  inspection: ServerInspection,
): Promise<{ preset: Preset | null; ledgers: LedgerDefinition[]; secretColumns: string[] }> {
  const found = await choosePreset(input.preset, inspection);
  const fromPreset = found === null ? [] : ledgersOf(found.preset, found.database);
  const named = new Set(input.ledgers.map(({ name }) => name));
  return {
    preset: found?.preset ?? null,
    ledgers: [...input.ledgers, ...fromPreset.filter(({ name }) => !named.has(name))],
    secretColumns: [
      ...new Set([
        ...input.secretColumns.map((column) => column.toLowerCase()),
        ...(found === null ? [] : secretColumnsOf(found.preset)),
      ]),
    ],
  };
}

async function choosePreset(
  wanted: string,
  inspection: ServerInspection,
): Promise<{ preset: Preset; database: string } | null> {
  if (wanted === 'none') return null;
  if (wanted === 'auto') {
    for (const shape of inspection.shapes) {
      const preset = await detectPreset(shape);
      if (preset !== null) return { preset, database: shape.database };
    }
    return null;
  }
  const preset = await presetById(wanted);
  const home = inspection.shapes.find((shape) => preset.ledgers.every(({ table }) => shape.tables.has(table)));
  if (home === undefined) throw new AppError('usage.bad-argument', { argument: 'preset', value: wanted });
  return { preset, database: home.database };
}
