import { describe, expect, it } from 'vitest';
import { settleAll } from './settle-all.ts';

describe('settleAll', () => {
  it('gives the values in order', async () => {
    expect(await settleAll([later(20, 'a'), later(1, 'b')])).toEqual(['a', 'b']);
  });

  it('throws the first failure in time, after everything has ended, and tells of it once', async () => {
    const told: unknown[] = [];
    let hasEnded = false;
    const slow = later(30, 'slow').then(() => (hasEnded = true));
    const work = [slow, failing(15, 'second'), failing(1, 'first')];

    await expect(settleAll<unknown>(work, (error) => told.push(error))).rejects.toThrow('first');

    expect(hasEnded).toBe(true);
    expect(told).toEqual([new Error('first')]);
  });

  it('lets no failure go unheard', async () => {
    const unheard: unknown[] = [];
    const listen = (error: unknown) => unheard.push(error);
    process.on('unhandledRejection', listen);
    await settleAll([failing(1, 'a'), failing(2, 'b'), failing(3, 'c')]).catch(() => undefined);
    await later(20, '');
    process.off('unhandledRejection', listen);
    expect(unheard).toEqual([]);
  });
});

function later<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}

async function failing(ms: number, message: string): Promise<never> {
  await later(ms, undefined);
  throw new Error(message);
}
