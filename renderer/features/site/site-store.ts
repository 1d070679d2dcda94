import { createStore } from 'zustand/vanilla';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import type { Client } from '../../bridge/client.ts';
import { createQuestion } from '../../stores/asked.ts';
import { createJobRun } from '../../stores/job-run.ts';

export type Finding = CommandOutput<'files.findings'>['findings'][number];
export type SiteStore = ReturnType<typeof createSiteStore>;

/** What a shop keeps besides its database: files of its site, and settings in its Redis. One shop at a time. */
export function createSiteStore(client: Client) {
  const questions = {
    browse: createQuestion(client, 'files.browse'),
    save: createQuestion(client, 'files.set'),
    list: createQuestion(client, 'files.list'),
    changes: createQuestion(client, 'files.diff'),
    text: createQuestion(client, 'files.text'),
    setUp: createQuestion(client, 'settings.set'),
    kept: createQuestion(client, 'settings.show'),
    preview: createQuestion(client, 'settings.restore'),
    putBack: createQuestion(client, 'settings.restore'),
  };
  const restore = createJobRun(client, 'files.restore');
  const exportGit = createJobRun(client, 'files.export-git');
  /** What somebody should look at, by shop. A list that could not be read leaves the last one standing: the checklist says it as well. */
  const findings = createStore<Readonly<Record<string, readonly Finding[]>>>(() => ({}));

  async function loadFindings(source: string): Promise<void> {
    const outcome = await client.call('files.findings', { source, seen: [] });
    if (outcome.ok) findings.setState({ [source]: outcome.value.findings });
  }

  /** Only what was on the screen: a night may have come in between, or more than the screen holds. */
  async function markSeen(source: string, ids: readonly string[]): Promise<void> {
    await client.call('files.findings', { source, seen: [...ids] });
    await loadFindings(source);
  }

  /** Another shop's answers are none of this one's. */
  function open(): void {
    for (const question of Object.values(questions)) question.reset();
    restore.reset();
    exportGit.reset();
  }

  return { ...questions, restore, exportGit, findings, loadFindings, markSeen, open };
}
