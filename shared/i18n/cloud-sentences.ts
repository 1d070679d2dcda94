import { isCloudCause } from '../errors/cloud-causes.ts';
import type { ErrorFacts } from '../errors/app-error.ts';
import { cloudProviderId } from '../model/cloud-providers.ts';
import { cloudCausesEn } from './cloud-causes.en.ts';
import { cloudCausesZh } from './cloud-causes.zh.ts';
import { lockGuideEn } from './cloud-guides.en.ts';
import { lockGuideZh } from './cloud-guides.zh.ts';
import type { TestStep } from '../model/source.ts';
import { cloudVerdictsEn } from './cloud-verdicts.en.ts';
import { cloudVerdictsZh } from './cloud-verdicts.zh.ts';
import { fillSentence, type ErrorText } from './error-text.ts';

type Language = 'zh' | 'en';

/** Below this a clock is as right as a `Date` header can tell. */
const noticedSeconds = 60;

/** What helps the owner when a cloud said no, in place of its code's own sentences; undefined when the cause is not known. */
export function cloudErrorText(facts: ErrorFacts, language: Language): ErrorText | undefined {
  const { because } = facts;
  if (!isCloudCause(because)) return undefined;
  const { message, remedy } = (language === 'zh' ? cloudCausesZh : cloudCausesEn)[because];
  const steps =
    because === 'lock-off' || because === 'lock-console-only' ? lockGuide(String(facts['provider']), language) : [];
  const whole = [remedy, ...steps.map((step, index) => `${index + 1}. ${step}`)].join('\n');
  return { message: fillSentence(message, facts), remedy: fillSentence(whole, facts) };
}

/**
 * What the live test of a bucket comes to, when every step held: that it will do, and what the owner should know of it. Empty for any
 * other list of steps: a failed step has its own sentence.
 */
export function cloudVerdict(steps: readonly TestStep[], language: Language): string {
  const factsOf = (id: string): TestStep['facts'] | undefined => steps.find((step) => step.id === id)?.facts;
  const lock = factsOf('lock');
  if (lock === undefined || steps.some(({ ok }) => !ok)) return '';
  const say = language === 'zh' ? cloudVerdictsZh : cloudVerdictsEn;
  const offSeconds = Math.abs(Number(factsOf('clock')?.['offSeconds'] ?? 0));
  const sentences = [say.good];
  if (lock['lock'] === 'proven') sentences.push(say.locked);
  if (offSeconds >= noticedSeconds) sentences.push(fillSentence(say.clockOff, { seconds: offSeconds }));
  if (factsOf('remove')?.['kept'] === 'locked') sentences.push(say.lockedAsAWhole);
  if (factsOf('remove')?.['versions'] === 'on') sentences.push(say.versions);
  if (lock['defaultDays'] !== undefined) sentences.push(fillSentence(say.defaultDays, { days: lock['defaultDays'] }));
  if (factsOf('list')?.['md5'] === 'unchecked') sentences.push(say.md5);
  return sentences.join(language === 'zh' ? '' : ' ');
}

/** How to switch on protection against deletion in a provider's own console, step by step; empty where there is nothing to do. */
export function lockGuide(provider: string, language: Language): readonly string[] {
  const id = cloudProviderId(provider) ?? 'custom';
  return (language === 'zh' ? lockGuideZh : lockGuideEn)[id];
}
