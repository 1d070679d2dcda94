import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { utilityProcess } from 'electron';
import { engineEnvironment } from './engine-environment.ts';
import type { EngineProcess } from './engine-host.ts';

export interface ForkOptions {
  readonly entry: string;
  readonly language: 'zh' | 'en';
  /** A Node to run the engine with, where Electron's own is too old; undefined in everything that people get. */
  readonly node: string | undefined;
  readonly onStderr: (text: string) => void;
}

/** The only place where the app starts a process. */
export function forkEngine(options: ForkOptions): EngineProcess {
  return options.node === undefined ? forkUtility(options) : spawnNode(options, options.node);
}

function forkUtility({ entry, language, onStderr }: ForkOptions): EngineProcess {
  const child = utilityProcess.fork(entry, [`--language=${language}`], {
    serviceName: 'Shouhu Engine',
    env: engineEnvironment(process.env),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  relayStderr(child.stderr as Readable | null, onStderr);
  return {
    postMessage: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', listener),
    kill: () => void child.kill(),
  };
}

function spawnNode({ entry, language, onStderr }: ForkOptions, node: string): EngineProcess {
  const child = spawn(node, [entry, `--language=${language}`], {
    env: engineEnvironment(process.env),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    windowsHide: true,
  });
  relayStderr(child.stderr, onStderr);
  return {
    // A message that can no longer be delivered has its answer in the exit that follows.
    postMessage: (message) => void child.send(message as object, () => undefined),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => {
      let hasEnded = false;
      const end = (exitCode: number): void => {
        if (hasEnded) return;
        hasEnded = true;
        listener(exitCode);
      };
      child.once('exit', (exitCode) => end(exitCode ?? -1));
      child.once('error', () => end(-1)); // it could not be started
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

function relayStderr(stderr: Readable | null, onStderr: (text: string) => void): void {
  stderr?.setEncoding('utf8');
  stderr?.on('data', (text: string) => onStderr(text.trimEnd()));
}
