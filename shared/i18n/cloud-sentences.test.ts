import { describe, expect, it } from 'vitest';
import { cloudCauses } from '../errors/cloud-causes.ts';
import { cloudProviderIds } from '../model/cloud-providers.ts';
import { cloudCausesEn } from './cloud-causes.en.ts';
import { cloudCausesZh } from './cloud-causes.zh.ts';
import { cloudErrorText, lockGuide } from './cloud-sentences.ts';
import { placeholdersOf } from './error-text.ts';

describe('the sentences for what a cloud says', () => {
  it.each(cloudCauses)('say for %s what happened and what to do, with the same facts in both languages', (cause) => {
    for (const part of ['message', 'remedy'] as const) {
      expect(cloudCausesZh[cause][part]).toMatch(/\p{Script=Han}.*。$/u);
      expect(cloudCausesEn[cause][part]).toMatch(/^[A-Z].*\.$/);
      expect(placeholdersOf(cloudCausesZh[cause][part])).toEqual(placeholdersOf(cloudCausesEn[cause][part]));
    }
  });

  it('take the place of the code’s own sentence where the cause is known, and only there', () => {
    const named = { because: 'wrong-region-named', rightRegion: 'eu-west-1' };
    expect(cloudErrorText(named, 'en')?.remedy).toBe('Change the region to eu-west-1 and try again.');
    expect(cloudErrorText({ because: 'the moon' }, 'zh')).toBeUndefined();
    expect(cloudErrorText({}, 'zh')).toBeUndefined();
  });

  it('bring the steps of the cloud’s own console where a lock has to be switched on there', () => {
    const text = cloudErrorText({ because: 'lock-console-only', provider: 'aliyun-oss' }, 'zh');
    expect(text?.remedy.split('\n').slice(1)).toEqual(
      lockGuide('aliyun-oss', 'zh').map((step, index) => `${index + 1}. ${step}`),
    );
  });

  it.each(cloudProviderIds)('guide through the console of %s in both languages, step for step', (id) => {
    expect(lockGuide(id, 'en')).toHaveLength(lockGuide(id, 'zh').length);
    expect(lockGuide(id, 'zh').length > 0).toBe(id !== 'ucloud-us3');
  });
});
