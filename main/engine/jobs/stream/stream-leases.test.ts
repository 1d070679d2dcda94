import { expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { besideStreams, streamHolder } from './stream-leases.ts';

const never = new AbortController().signal;

it('steps in between two stretches of a log, and waits for nobody else', async () => {
  let tries = 0;
  const leasedBy = (holder: string, times: number) => () => {
    tries += 1;
    return tries > times ? Promise.resolve('done') : Promise.reject(new AppError('repository.leased', { holder }));
  };
  expect(await besideStreams(leasedBy(streamHolder('shop'), 2), never)).toBe('done');
  expect(tries).toBe(3);
  tries = 0;
  await expect(besideStreams(leasedBy('backup of shop', 2), never)).rejects.toMatchObject({
    code: 'repository.leased',
  });
  expect(tries).toBe(1);
});

it('can be told to stop waiting', async () => {
  const stop = new AbortController();
  const work = () => {
    stop.abort(new AppError('cancelled'));
    return Promise.reject(new AppError('repository.leased', { holder: streamHolder('shop') }));
  };
  await expect(besideStreams(work, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
});
