import { expect, it } from 'vitest';
import { leaveOutRule, placeOf } from './folder-place.ts';

const kept = ['/www/wwwroot/shop/', '/opt/keys'];

it.each([
  ['/www/wwwroot/shop', 'kept'],
  ['/www/wwwroot/shop/public', 'inside'],
  ['/www/wwwroot/shop/public/old', 'skipped'],
  ['/www/wwwroot/shop/public/old/2020', 'skipped'],
  ['/www/wwwroot/shop/public/older', 'inside'],
  ['/www/wwwroot/shop2', 'outside'],
  ['/www/wwwroot', 'outside'],
])('tells where %s stands: %s', (path, place) => {
  expect(placeOf(path, kept, ['public/old'])).toBe(place);
});

it('writes a rule as the backup reads it, and none that would leave out more', () => {
  expect(leaveOutRule('/opt/keys/old', kept)).toBe('old');
  expect(leaveOutRule('/opt/keys/a*', kept)).toBeNull();
  expect(leaveOutRule('/etc', kept)).toBeNull();
});
