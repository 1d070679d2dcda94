import { AppError } from '../../../../shared/errors/app-error.ts';
import type { VerbInput, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import type { AcceptedThing, CoveredThing } from '../../../../shared/model/coverage.ts';
import { isoUtc } from '../../platform/clock.ts';
import { crontabItem } from '../../source/files/index.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { filesSet } from '../files/files-verbs.ts';
import type { SavedSource } from '../home/settings-file.ts';
import { accessOfSaved, withServerSession } from '../source-session.ts';
import { findSource } from '../verbs/lookup.ts';
import { ensureCatalogBuilt } from '../verbs/refresh-catalog.ts';
import { addDatabases } from './add-databases.ts';
import { coverageOf } from './coverage-of.ts';
import { lookAtServer } from './look-at-server.ts';

/** Errors: `source.unknown`; with `look` also those of the tunnel, and `coverage.no-look`. */
export async function coverageShow(
  context: EngineContext,
  input: VerbInput<'coverage.show'>,
  run: Run,
): Promise<VerbOutput<'coverage.show'>> {
  const source = await findSource(context, input.source);
  await ensureCatalogBuilt(context, run.signal);
  if (input.look) {
    const access = accessOfSaved(context.unlocked().keys, source);
    run.report({ phase: 'look', detail: '', doneBytes: 0, totalBytes: null, doneItems: 0, totalItems: null });
    await withServerSession(access, run.signal, (session) => lookAtServer(context, source, session, run.signal));
    context.onCatalogChanged();
  }
  return shown(context, source.name);
}

/** Error: `coverage.thing-unknown` {thing} for what the last look did not see and nobody has accepted. */
export async function coverageAnswer(
  context: EngineContext,
  input: VerbInput<'coverage.answer'>,
  run: Run,
): Promise<VerbOutput<'coverage.answer'>> {
  const source = await findSource(context, input.source);
  await ensureCatalogBuilt(context, run.signal);
  const { things } = await coverageOf(context, source);
  const at = isoUtc(context.clock.nowMs());
  const seen = context.catalog.looks.read(source.id)?.look?.things ?? [];
  const fresh = input.accept.map((id): AcceptedThing => {
    const { kind, name } = thingOf(things, id);
    const within = seen.filter((thing) => thing.within === id).map((thing) => thing.id);
    return { id, kind, name, at, reason: input.reason, within: within.slice(0, 5000) };
  });
  const again = new Set(input.askAgain);
  for (const id of again)
    if (source.accepted?.some((each) => each.id === id) !== true)
      throw new AppError('coverage.thing-unknown', { thing: id });
  const said = new Set(fresh.map(({ id }) => id));
  await context.home.settings.update((settings) => ({
    ...settings,
    sources: settings.sources.map((each) =>
      each.id === source.id
        ? {
            ...each,
            accepted: [...(each.accepted ?? []).filter(({ id }) => !again.has(id) && !said.has(id)), ...fresh],
          }
        : each,
    ),
  }));
  const { reason } = input;
  if (fresh.length > 0)
    await context.home.audit.append('coverage.accept', {
      source: source.name,
      things: fresh.map(({ id }) => id).join(', '),
      ...(reason === null ? {} : { reason }),
    });
  if (again.size > 0)
    await context.home.audit.append('coverage.ask-again', { source: source.name, things: [...again].join(', ') });
  context.onCatalogChanged();
  return shown(context, source.name);
}

/** Errors: `coverage.thing-unknown`, `coverage.cannot-keep` {thing}; of a database also those of `inspectServer`. */
export async function coverageKeep(
  context: EngineContext,
  input: VerbInput<'coverage.keep'>,
  run: Run,
): Promise<VerbOutput<'coverage.keep'>> {
  const source = await findSource(context, input.source);
  await ensureCatalogBuilt(context, run.signal);
  const { things } = await coverageOf(context, source);
  const wanted = [...new Set(input.things)].map((id) => thingOf(things, id));
  for (const { id, state, canBeKept } of wanted)
    if (state !== 'kept' && state !== 'next' && !canBeKept) throw new AppError('coverage.cannot-keep', { thing: id });
  const fresh = wanted.filter(({ canBeKept }) => canBeKept);
  const ofKind = (...kinds: readonly CoveredThing['kind'][]) => fresh.filter(({ kind }) => kinds.includes(kind));
  const databases = ofKind('database').map(({ name }) => name);
  if (databases.length > 0) await addDatabases(context, source, databases, run.signal);
  if (ofKind('accounts').length > 0) await change(context, source, (each) => ({ ...each, accounts: true }));
  const folders = fresh.filter(({ facts }) => facts['folder'] === true).map(({ name }) => name);
  if (folders.length > 0)
    await filesSet(context, { source: source.name, folders: [...new Set([...source.files, ...folders])] });
  const items = fresh.flatMap(({ kind, name, facts }) => {
    if (kind === 'crontab') return [crontabItem];
    return name.startsWith('/') && facts['folder'] !== true ? [name] : [];
  });
  if (items.length > 0) {
    const before = (source.items ?? []).map(({ item }) => item);
    await filesSet(context, { source: source.name, items: [...new Set([...before, ...items])] });
  }
  // A word that was said before is none any more.
  const ids = new Set(fresh.map(({ id }) => id));
  await change(context, source, (each) =>
    each.accepted === undefined ? each : { ...each, accepted: each.accepted.filter(({ id }) => !ids.has(id)) },
  );
  await context.home.audit.append('coverage.keep', { source: source.name, things: [...ids].join(', ') });
  context.onCatalogChanged();
  return shown(context, source.name);
}

async function change(
  context: EngineContext,
  { id }: SavedSource,
  how: (source: SavedSource) => SavedSource,
): Promise<void> {
  await context.home.settings.update((settings) => ({
    ...settings,
    sources: settings.sources.map((each) => (each.id === id ? how(each) : each)),
  }));
}

function thingOf(things: readonly CoveredThing[], id: string): CoveredThing {
  const thing = things.find((each) => each.id === id);
  if (thing === undefined) throw new AppError('coverage.thing-unknown', { thing: id });
  return thing;
}

async function shown(context: EngineContext, name: string): Promise<VerbOutput<'coverage.show'>> {
  const source = await findSource(context, name);
  const { things, ...rest } = await coverageOf(context, source);
  return { source: source.name, ...rest, things: [...things] };
}
