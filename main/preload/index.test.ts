import { expect, it, vi } from 'vitest';
import { commandNames, noticeNames } from '../../shared/ipc/channels.ts';

interface Bridge {
  readonly call: Record<string, (input: unknown) => Promise<unknown>>;
  readonly listen: Record<string, (onPayload: (payload: unknown) => void) => () => void>;
}
type Relay = (event: unknown, payload: unknown) => void;

const world = vi.hoisted(() => ({
  exposed: new Map<string, unknown>(),
  relays: new Map<string, Relay>(),
  invoke: vi.fn(() => Promise.resolve('answer')),
}));
vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, value: unknown) => void world.exposed.set(name, value) },
  ipcRenderer: {
    invoke: world.invoke,
    on: (name: string, relay: Relay) => void world.relays.set(name, relay),
    off: (name: string) => void world.relays.delete(name),
  },
}));

await import('./index.ts');
const bridge = world.exposed.get('shouhu') as Bridge;

it('exposes one function per channel and nothing else', () => {
  expect([...world.exposed.keys()]).toEqual(['shouhu']);
  expect(Object.keys(bridge)).toEqual(['call', 'listen']);
  expect(Object.keys(bridge.call)).toEqual([...commandNames]);
  expect(Object.keys(bridge.listen)).toEqual([...noticeNames]);
});

it('sends the input on its own channel, whatever else it is given', async () => {
  const call = bridge.call['jobs.list'] as (...given: unknown[]) => Promise<unknown>;
  expect(await call({ a: 1 }, 'home.unlock')).toBe('answer');
  expect(world.invoke).toHaveBeenCalledExactlyOnceWith('jobs.list', { a: 1 });
});

it('hands on payloads without the event, until it is told to stop', () => {
  const heard = vi.fn();
  const stop = bridge.listen['job.progress']?.(heard);
  world.relays.get('job.progress')?.({ sender: 'ipcRenderer' }, { doneBytes: 1 });
  expect(heard).toHaveBeenCalledExactlyOnceWith({ doneBytes: 1 });
  stop?.();
  expect(world.relays.size).toBe(0);
});
