import { describe, expect, it } from 'vitest';
import { createScriptedClient } from '../../bridge/scripted-client.ts';
import { createJobRun } from '../../stores/job-run.ts';
import { wordsIn, wrongWords } from '../sheet-words/index.ts';

const from = { kind: 'disk', folderToken: crypto.randomUUID() } as const;
const typed = (words: readonly string[]) => ({ from, secret: { kind: 'words', words: words.join(' ') } }) as const;
const rightWords = Array.from({ length: 24 }, () => 'orchid');

describe('bringing everything back', () => {
  it('says which of the words is wrong', async () => {
    const recover = createJobRun(createScriptedClient(), 'recover.run');
    await recover.start('recovered', typed(rightWords.with(6, 'wrong')));
    const state = recover.store.getState();
    expect(state).toMatchObject({ view: 'failed', error: { code: 'keys.unknown-word' } });
    expect(state.view === 'failed' && wrongWords(state.error)).toEqual([7]);
  });

  it('says which two words have changed places', () => {
    expect(wrongWords({ code: 'keys.wrong-word', facts: { position: 3, swappedWith: 4 } })).toEqual([3, 4]);
    expect(wrongWords({ code: 'keys.wrong-words', facts: {} })).toEqual([]);
  });

  it('counts the words before it tries', async () => {
    const recover = createJobRun(createScriptedClient(), 'recover.run');
    await recover.start('recovered', typed(rightWords.slice(1)));
    expect(recover.store.getState()).toMatchObject({
      view: 'failed',
      error: { code: 'keys.word-count', facts: { count: 23 } },
    });
  });

  it('ends with the whole timeline', async () => {
    const client = createScriptedClient();
    const recover = createJobRun(client, 'recover.run');
    await recover.start('recovered', typed(rightWords));
    expect(recover.store.getState()).toMatchObject({ view: 'done', value: { snapshots: 5 } });
    expect(client.world.sources[0]?.hasCredentials).toBe(false);
  });

  it('reads words however they are separated', () => {
    expect(wordsIn(' Orchid，lamp\nriver、 seven ')).toEqual(['orchid', 'lamp', 'river', 'seven']);
    expect(wordsIn('1. 春风 2. 绿江')).toEqual(['春', '风', '绿', '江']);
  });
});
