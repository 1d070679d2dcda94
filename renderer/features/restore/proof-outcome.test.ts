import { describe, expect, it } from 'vitest';
import { sampleLedger } from '../../bridge/scripted/sample-shop.ts';
import { outcomeOf } from './proof-outcome.ts';

const digest = { ranges: 12, compared: 12, equal: true };
const outcome = (changes: object) =>
  outcomeOf({ digest, ledgers: [sampleLedger(1)], file: null, ...changes } as Parameters<typeof outcomeOf>[0]);

describe('the verdict on a restore', () => {
  it('is good only when everything was compared and equal', () => {
    expect(outcome({})).toBe('good');
    expect(outcome({ digest: { ...digest, equal: false } })).toBe('bad');
    expect(outcome({ ledgers: [{ ...sampleLedger(1), equal: false }] })).toBe('bad');
  });

  it('does not call proven what nobody compared', () => {
    expect(outcome({ digest: { ...digest, compared: 0 }, ledgers: [] })).toBe('unproven');
    expect(outcome({ digest: { ...digest, compared: 0 }, ledgers: [], file: 'shop.sql' })).toBe('file');
  });
});
