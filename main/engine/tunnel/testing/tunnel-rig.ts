import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { startCuttingProxy, type CuttingProxy } from '../../demo/cutting-proxy.ts';
import {
  newSshKey,
  startEmbeddedSshServer,
  type EmbeddedSshServer,
  type EmbeddedSshServerOptions,
} from '../../demo/embedded-ssh-server.ts';
import { pollUntil } from '../../platform/poll.ts';
import { openTunnel, type Tunnel, type TunnelConfig, type TunnelOptions } from '../index.ts';

/** A TCP server behind the tunnel. What it does with a connection is the test's business. */
export interface FarServer {
  readonly port: number;
  readonly sockets: readonly Socket[];
  stop(): Promise<void>;
}

export async function startFarServer(serve: (socket: Socket) => void): Promise<FarServer> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined); // cut connections are what these tests are about
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        sockets.forEach((socket) => socket.destroy());
      }),
  };
}

export const echo = (socket: Socket): void => {
  socket.pipe(socket);
};

/** Fails, instead of hanging, when `promise` takes longer than a person would wait. */
export async function within<T>(limitMs: number, promise: Promise<T>): Promise<T> {
  let outcome: { value: T } | undefined;
  let failure: { error: unknown } | undefined;
  promise.then(
    (value) => (outcome = { value }),
    (error: unknown) => (failure = { error }),
  );
  await pollUntil(() => outcome ?? failure, { timeoutMs: limitMs, everyMs: 5 });
  if (failure !== undefined) throw failure.error;
  if (outcome === undefined) throw new Error(`nothing happened within ${limitMs} ms`);
  return outcome.value;
}

export const clientKey = newSshKey();
const defaultHostKey = newSshKey().private;
const cleanups: (() => Promise<void>)[] = [];

/** Ends everything the builders below started; for `afterEach`. */
export async function cleanUpRig(): Promise<void> {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
}

/** Takes the rig's own key, unless another way to log in is named. */
export async function aServer(options: Partial<EmbeddedSshServerOptions>): Promise<EmbeddedSshServer> {
  const hasLogin = options.authorizedKey !== undefined || options.password !== undefined;
  const login = hasLogin ? {} : { authorizedKey: clientKey.public };
  const server = await startEmbeddedSshServer({ user: 'shop', hostKeys: [defaultHostKey], ...login, ...options });
  cleanups.push(() => server.stop());
  return server;
}

export async function aFarServer(serve: Parameters<typeof startFarServer>[0]): Promise<FarServer> {
  const server = await startFarServer(serve);
  cleanups.push(() => server.stop());
  return server;
}

export async function aProxy(target: { host: string; port: number }): Promise<CuttingProxy> {
  const proxy = await startCuttingProxy(target);
  cleanups.push(() => proxy.stop());
  return proxy;
}

/** With the rig's own key, trusting the first host key, unless `changes` say otherwise. */
export async function open(
  server: { readonly host: string; readonly port: number },
  changes: Partial<TunnelConfig> = {},
  options: TunnelOptions = {},
): Promise<Tunnel> {
  const config: TunnelConfig = {
    host: server.host,
    port: server.port,
    user: 'shop',
    auth: { kind: 'key', privateKeyPem: clientKey.private },
    hostKeyPolicy: { kind: 'trust-first' },
    ...changes,
  };
  const tunnel = await openTunnel(config, options);
  cleanups.push(() => tunnel.close());
  return tunnel;
}
