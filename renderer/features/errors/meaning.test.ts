import { expect, it } from 'vitest';
import { meaningOf } from './meaning.ts';

it('of work that stopped because the computer slept is no damage of a copy', () => {
  expect(meaningOf('repository.lease-lost')).toBe('meaning.engine');
  expect(meaningOf('repository.damaged')).toBe('meaning.copy');
  expect(meaningOf('backend.absent')).toBe('meaning.absent');
});
