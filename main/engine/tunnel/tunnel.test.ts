import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { startCuttingProxy } from '../demo/cutting-proxy.ts';
import { pollUntil } from '../platform/poll.ts';
import { aFarServer, aProxy, aServer, cleanUpRig, clientKey, echo, open, within } from './testing/tunnel-rig.ts';

const password = 'correct horse';

afterEach(cleanUpRig);

describe('logging in', () => {
  it('works with a key, a password, and a password asked for as a question', async () => {
    const byKey = await aServer({ authorizedKey: clientKey.public });
    const byPassword = await aServer({ password });
    const byQuestion = await aServer({ password, passwordBy: 'keyboard-interactive' });

    await open(byKey, { auth: { kind: 'key', privateKeyPem: clientKey.private } });
    await open(byPassword, { auth: { kind: 'password', password } });
    await open(byQuestion, { auth: { kind: 'password', password } });

    expect(byPassword.triedMethods).toEqual(['none', 'password']);
    expect(byQuestion.triedMethods).toEqual(['none', 'keyboard-interactive']);
  });

  it('sends a wrong password once, and keeps it out of the error', async () => {
    const server = await aServer({ password });

    const error: unknown = await open(server, { auth: { kind: 'password', password: 'wrong guess' } }).catch(
      (e: unknown) => e,
    );

    expect(error).toMatchObject({
      code: 'tunnel.auth-failed',
      facts: { user: 'shop', host: '127.0.0.1', method: 'password', accepted: 'password' },
    });
    expect(JSON.stringify(error)).not.toContain('wrong guess');
    expect(server.triedMethods).toEqual(['none', 'password']);
  });

  it('tells what the server takes when it takes no password at all', async () => {
    const server = await aServer({ authorizedKey: clientKey.public });

    await expect(open(server, { auth: { kind: 'password', password } })).rejects.toMatchObject({
      code: 'tunnel.auth-failed',
      facts: { accepted: 'publickey' },
    });
    expect(server.triedMethods).toEqual(['none']);
  });
});

describe('a stream', () => {
  it('carries bytes both ways and ends as a socket does', async () => {
    const far = await aFarServer(echo);
    const stream = await (await open(await aServer({}))).openStream('127.0.0.1', far.port);

    stream.end('hello');

    expect(await within(5000, text(stream))).toBe('hello');
    await within(
      5000,
      pollUntil(() => stream.destroyed || undefined, { timeoutMs: 5000 }),
    );
  });

  it('is refused where the server may not or cannot go', async () => {
    const tunnel = await open(await aServer({ allowForward: (_host, port) => port !== 3306 }));

    await expect(tunnel.openStream('127.0.0.1', 3306)).rejects.toMatchObject({
      code: 'tunnel.forward-refused',
      facts: { host: '127.0.0.1', port: 3306, reason: 'connect-failed' },
    });
    expect(tunnel.isOpen).toBe(true);
  });

  it('fails its pending write when the far side leaves, even if nothing is being read', async () => {
    const far = await aFarServer((socket) => {
      socket.pause();
      socket.write(Buffer.alloc(256 * 1024));
    });
    const stream = await (await open(await aServer({}))).openStream('127.0.0.1', far.port);
    const written = new Promise<unknown>((resolve) => stream.write(Buffer.alloc(32 * 1024 * 1024), resolve));
    await pollUntil(() => (far.sockets.length > 0 ? true : undefined), { timeoutMs: 5000 });

    far.sockets[0]!.resetAndDestroy();

    expect(await within(10_000, written)).toMatchObject({ code: 'tunnel.lost' });
  });

  it('can be cancelled while it is being opened', async () => {
    const proxy = await aProxy(await aServer({}));
    const tunnel = await open(proxy);
    proxy.freeze();
    const controller = new AbortController();
    const opening = tunnel.openStream('127.0.0.1', 1, controller.signal);

    controller.abort(new Error('user pressed Stop'));

    await expect(opening).rejects.toThrow('user pressed Stop');
  });
});

describe('a line that breaks', () => {
  it('fails streams, writes and openings under way with tunnel.lost', async () => {
    const far = await aFarServer((socket) => socket.pause());
    const server = await aServer({});
    const tunnel = await open(server);
    const stream = await tunnel.openStream('127.0.0.1', far.port);
    const failed = once(stream, 'error');
    const closed = new Promise((resolve) => stream.once('close', resolve));
    const written = new Promise<unknown>((resolve) => stream.write(Buffer.alloc(32 * 1024 * 1024), resolve));

    server.dropConnections();

    expect(await within(5000, tunnel.lost)).toMatchObject({ code: 'tunnel.lost', facts: { port: server.port } });
    expect(await within(5000, failed)).toMatchObject([{ code: 'tunnel.lost' }]);
    expect(await within(5000, written)).toMatchObject({ code: 'tunnel.lost' });
    await within(5000, closed);
    await expect(tunnel.openStream('127.0.0.1', far.port)).rejects.toMatchObject({ code: 'tunnel.lost' });
    expect(tunnel.isOpen).toBe(false);
  });

  it('is noticed when it only falls silent', async () => {
    const proxy = await aProxy(await aServer({}));
    const tunnel = await open(proxy, {}, { keepaliveIntervalMs: 50 });

    proxy.freeze();

    expect(await within(5000, tunnel.lost)).toMatchObject({ facts: { reason: 'timeout' } });
  });

  it('breaks within the handshake with tunnel.unreachable, wherever it is cut', async () => {
    const server = await aServer({});
    for (const cutAfterBytes of [0, 10, 500, 1500, 2500]) {
      const proxy = await startCuttingProxy(server, { cutAfterBytes });
      await expect(within(5000, open(proxy))).rejects.toMatchObject({ code: 'tunnel.unreachable' });
      await proxy.stop();
    }
  });
});

describe('opening', () => {
  it('gives up on a server that says nothing', async () => {
    const far = await aFarServer((socket) => socket.pause());
    await expect(open({ host: '127.0.0.1', port: far.port }, {}, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'tunnel.unreachable',
      facts: { host: '127.0.0.1', port: far.port, reason: 'timeout' },
    });
  });

  it('says so when nobody listens, the name is unknown, or the other end is no SSH', async () => {
    const gone = await aFarServer(echo);
    await gone.stop();
    const web = await aFarServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));

    await expect(open({ host: '127.0.0.1', port: gone.port })).rejects.toMatchObject({
      facts: { reason: 'ECONNREFUSED' },
    });
    await expect(open({ host: 'no-such-host.invalid', port: 22 })).rejects.toMatchObject({
      code: 'tunnel.unreachable',
      facts: { reason: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) },
    });
    await expect(open({ host: '127.0.0.1', port: web.port })).rejects.toMatchObject({ code: 'tunnel.unreachable' });
  });

  it('stops at once when it is cancelled, before or during the handshake', async () => {
    const far = await aFarServer((socket) => socket.pause());
    const reason = new Error('user pressed Stop');
    await expect(open({ host: '127.0.0.1', port: far.port }, {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    expect(far.sockets).toHaveLength(0);

    const controller = new AbortController();
    const opening = open({ host: '127.0.0.1', port: far.port }, {}, { signal: controller.signal });
    const outcome = expect(opening).rejects.toBe(reason);
    await pollUntil(() => (far.sockets.length > 0 ? true : undefined), { timeoutMs: 5000 });
    controller.abort(reason);
    await outcome;
    await isGone(far.sockets[0]!.resume());
  });
});

describe('closing', () => {
  it('ends streams and connection, twice if asked, and is no loss', async () => {
    const far = await aFarServer(echo);
    const tunnel = await open(await aServer({}));
    const stream = await tunnel.openStream('127.0.0.1', far.port);
    let hasLost = false;
    void tunnel.lost.then(() => (hasLost = true));

    await within(5000, Promise.all([tunnel.close(), tunnel.close()]));

    expect(stream.destroyed).toBe(true);
    expect(hasLost).toBe(false);
    await isGone(far.sockets[0]!.resume());
    await expect(tunnel.openStream('127.0.0.1', far.port)).rejects.toMatchObject({ facts: { reason: 'closed-here' } });
  });
});

async function isGone(stream: { readonly destroyed: boolean }): Promise<void> {
  expect(await pollUntil(() => (stream.destroyed ? true : undefined), { timeoutMs: 5000 })).toBe(true);
}
