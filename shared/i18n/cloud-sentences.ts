import { isCloudCause } from '../errors/cloud-causes.ts';
import type { ErrorFacts } from '../errors/app-error.ts';
import { cloudProviderId } from '../model/cloud-providers.ts';
import { cloudCausesEn } from './cloud-causes.en.ts';
import { cloudCausesZh } from './cloud-causes.zh.ts';
import { lockGuideEn } from './cloud-guides.en.ts';
import { lockGuideZh } from './cloud-guides.zh.ts';
import { fillSentence, type ErrorText } from './error-text.ts';

type Language = 'zh' | 'en';

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

/** How to switch on protection against deletion in a provider's own console, step by step; empty where there is nothing to do. */
export function lockGuide(provider: string, language: Language): readonly string[] {
  const id = cloudProviderId(provider) ?? 'custom';
  return (language === 'zh' ? lockGuideZh : lockGuideEn)[id];
}
