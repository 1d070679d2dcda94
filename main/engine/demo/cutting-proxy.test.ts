import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { pollUntil } from '../platform/poll.ts';
import { echo, startFarServer } from '../tunnel/testing/tunnel-rig.ts';
import { startCuttingProxy, type CuttingProxy, type LineQuality } from './cutting-proxy.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

describe('a cutting proxy', () => {
  it('passes everything unchanged, and counts it', async () => {
    const proxy = await aLine({});
    const sent = Buffer.alloc(3_000_000, 'shop');
    const socket = dial(proxy);

    socket.end(sent);

    expect((await buffer(socket)).equals(sent)).toBe(true);
    expect(proxy.passed).toEqual({ up: sent.length, down: sent.length });
  });

  it('is as slow as it is told, for all connections together', async () => {
    const proxy = await aLine({ bytesPerSecond: 1_000_000 });
    const startMs = performance.now();

    const back = await Promise.all([1, 2].map(() => sendAndReceive(proxy, Buffer.alloc(150_000))));

    expect(back.map((bytes) => bytes.length)).toEqual([150_000, 150_000]);
    expect(performance.now() - startMs).toBeGreaterThan(290);
  });

  it('is as far away as it is told, in both directions', async () => {
    const proxy = await aLine({ delayMs: 60 });
    const startMs = performance.now();

    await sendAndReceive(proxy, Buffer.from('ping'));

    expect(performance.now() - startMs).toBeGreaterThan(115);
  });

  it('resets a connection after the given number of bytes, and lets exactly those through', async () => {
    const proxy = await aLine({ cutAfterBytes: 100_000 });
    const socket = dial(proxy);
    const reset = once(socket, 'error');

    socket.write(Buffer.alloc(200_000));

    expect(await reset).toMatchObject([{ code: 'ECONNRESET' }]);
    expect(proxy.passed.up + proxy.passed.down).toBe(100_000);
  });

  it('dies for all connections after the given number of bytes, and lives again when that is taken back', async () => {
    const proxy = await aLine({ dieAfterBytes: 100_000 });
    const [idle, busy] = [dial(proxy), dial(proxy)];
    await Promise.all([once(idle, 'connect'), once(busy, 'connect')]);
    const resets = Promise.all([once(idle, 'error'), once(busy, 'error')]);

    busy.write(Buffer.alloc(200_000));

    expect(await resets).toMatchObject([[{ code: 'ECONNRESET' }], [{ code: 'ECONNRESET' }]]);
    expect([proxy.passed.up + proxy.passed.down, proxy.isDead]).toEqual([100_000, true]);
    await expect(sendAndReceive(proxy, Buffer.from('hello'))).rejects.toMatchObject({ code: 'ECONNRESET' });
    proxy.setQuality({});
    expect((await sendAndReceive(proxy, Buffer.from('again'))).toString()).toBe('again');
  });

  it('swallows everything while it is frozen, and goes on when it thaws', async () => {
    const proxy = await aLine({});
    const socket = dial(proxy);
    await once(socket, 'connect');
    proxy.freeze();
    socket.end('hello');
    const received = buffer(socket);
    await pollUntil(() => (socket.writableFinished ? true : undefined), { timeoutMs: 2000 });
    expect(proxy.passed.up).toBe(0);

    proxy.thaw();

    expect((await received).toString()).toBe('hello');
  });

  it('cuts what is open, and takes new connections', async () => {
    const proxy = await aLine({});
    const socket = dial(proxy);
    const reset = once(socket, 'error');
    await pollUntil(() => (proxy.connectionCount === 1 ? true : undefined), { timeoutMs: 2000 });

    proxy.cut();

    expect(await reset).toMatchObject([{ code: 'ECONNRESET' }]);
    expect((await sendAndReceive(proxy, Buffer.from('again'))).toString()).toBe('again');
  });
});

async function aLine(quality: LineQuality): Promise<CuttingProxy> {
  const far = await startFarServer(echo);
  const proxy = await startCuttingProxy({ host: '127.0.0.1', port: far.port }, quality);
  cleanups.push(
    () => far.stop(),
    () => proxy.stop(),
  );
  return proxy;
}

function dial(proxy: CuttingProxy): Socket {
  return connect({ port: proxy.port, host: proxy.host, allowHalfOpen: true });
}

async function sendAndReceive(proxy: CuttingProxy, bytes: Buffer): Promise<Buffer> {
  const socket = dial(proxy);
  socket.end(bytes);
  return buffer(socket);
}
