import { createStore } from 'zustand/vanilla';
import type { LogEvent } from '../../stores/events-store.ts';
import type { Client } from '../../bridge/client.ts';
import { createDetailStore } from '../../stores/detail-store.ts';
import { createChecksStore } from './checks-store.ts';
import { createJobRun } from '../../stores/job-run.ts';
import type { FormErrors } from '../shop/index.ts';
import { unknownHostKey } from '../shop/index.ts';
import { firstAnswers, restoreSteps, stepErrors, toRestoreInput } from './restore-answers.ts';
import type { Moment } from './moment.ts';
import type { RestoreAnswers, RestoreStep } from './restore-answers.ts';

export interface RestoreState {
  readonly step: RestoreStep;
  readonly answers: RestoreAnswers;
  readonly errors: FormErrors;
}

export type RestoreStore = ReturnType<typeof createRestoreStore>;

/** The wizard: answers, the snapshot they are about, and the one restore that comes of them. */
export function createRestoreStore(client: Client) {
  const store = createStore<RestoreState>(() => ({ step: 'snapshot', answers: firstAnswers('', null), errors: {} }));
  const detail = createDetailStore(client);
  const run = createJobRun(client, 'restore.run');
  const checks = createChecksStore(client);

  /** Starts over for a shop; with a snapshot already chosen, at the second step. A restore under way is not disturbed. */
  function begin(source: string, snapshot: string | null): void {
    if (run.store.getState().view === 'running') return;
    run.reset();
    store.setState(
      { step: snapshot === null ? 'snapshot' : 'what', answers: firstAnswers(source, snapshot), errors: {} },
      true,
    );
    if (snapshot === null) detail.close();
    else void detail.open(snapshot);
  }

  /** Starts over, to just before something that happened. `base`: the snapshot from which the log is done again. */
  function beginBefore(source: string, event: LogEvent, base: string | null): void {
    begin(source, base);
    if (run.store.getState().view !== 'running') answer({ moment: { kind: 'event', event } });
  }

  function chooseMoment(moment: Moment, base: string | null): void {
    const isOther = store.getState().answers.snapshot !== base;
    answer({ moment, snapshot: base, ...(isOther ? { what: 'everything', tables: [], from: null } : {}) });
    if (base === null) detail.close();
    else if (isOther) void detail.open(base);
  }

  function chooseSnapshot(id: string): void {
    answer({ snapshot: id, moment: { kind: 'snapshot' }, what: 'everything', tables: [], from: null });
    void detail.open(id);
  }

  function answer(changes: Partial<RestoreAnswers>): void {
    store.setState(({ answers }) => ({ answers: { ...answers, ...changes }, errors: {} }));
  }

  function next(): void {
    const { step, answers } = store.getState();
    const errors = stepErrors(step, answers);
    if (Object.keys(errors).length > 0) {
      store.setState({ errors });
      return;
    }
    const following = restoreSteps[restoreSteps.indexOf(step) + 1] ?? step;
    store.setState({ step: following, errors: {} });
    if (following === 'confirm') lookAhead();
  }

  /** For the last step, before the button. The vault stays closed for it. */
  function lookAhead(): void {
    const shown = detail.store.getState();
    if (shown.view !== 'ready') return;
    void checks.look({ ...toRestoreInput(store.getState().answers, shown.detail), vault: null });
  }

  function back(): void {
    const { step } = store.getState();
    checks.leave();
    store.setState({ step: restoreSteps[restoreSteps.indexOf(step) - 1] ?? step, errors: {} });
  }

  async function start(): Promise<void> {
    const shown = detail.store.getState();
    if (shown.view !== 'ready') return;
    const { answers } = store.getState();
    checks.leave();
    const value = await run.start(answers.source, toRestoreInput(answers, shown.detail));
    // A secret stays in memory no longer than it is needed.
    if (value !== null) answer({ vaultSecret: '' });
  }

  /** The target server was met for the first time and is now trusted: the same restore again, with its fingerprint. */
  async function trust(): Promise<void> {
    const state = run.store.getState();
    const seen = state.view === 'failed' ? unknownHostKey(state.error) : null;
    if (seen === null) return;
    answer({ fingerprint: seen.fingerprint });
    await start();
  }

  return {
    store,
    detail,
    run,
    checks,
    begin,
    beginBefore,
    chooseMoment,
    chooseSnapshot,
    answer,
    next,
    back,
    start,
    trust,
  };
}
