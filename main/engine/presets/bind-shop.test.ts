import { expect, it } from 'vitest';
import { countsOf } from './bind-shop.ts';
import { presetById } from './preset.ts';

it.each([
  ['acg-faka', 'status', '2'],
  ['lizhi-faka', 'status', '2'],
  ['woocommerce-lmfwc', 'status', '4'],
])('counts the cards of %s that are kept back as neither sold nor for sale', async (preset, column, keptBack) => {
  const counts = countsOf(await presetById(preset), { preset, database: 'shop', prefix: '' });
  const valuesOf = (id: string) =>
    counts.find((count) => count.id === id)?.where.find((condition) => condition.column === column);
  expect(valuesOf('unsold-cards')?.values).not.toContain(keptBack);
  // All but these: what is in this list is counted elsewhere.
  expect(valuesOf('other-cards')).toMatchObject({ not: true });
  expect(valuesOf('other-cards')?.values).not.toContain(keptBack);
});
