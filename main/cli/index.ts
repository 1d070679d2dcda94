#!/usr/bin/env node
import '../engine/platform/file-threads.ts';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { AppError } from '../../shared/errors/app-error.ts';
import { runCli } from './run-cli.ts';
import type { CliSurroundings } from './surroundings.ts';

/** The entry: this process as the surroundings of the command line. The engine is loaded only by a command that needs it. */
const surroundings: CliSurroundings = {
  openEngine: async (options) => (await import('../engine/jobs/index.ts')).openEngine(options),
  runDemo: async (options) => (await import('../engine/demo/index.ts')).runDemo(options),
  defaultHomeDir: async () => (await import('../engine/jobs/index.ts')).defaultHomeDir(),
  env: process.env,
  cwd: process.cwd(),
  systemLocale: Intl.DateTimeFormat().resolvedOptions().locale,
  version: ownVersion(),
  writeOut: (text) => void process.stdout.write(text),
  errorStream: process.stderr,
  isErrorTty: process.stderr.isTTY,
  isInputTty: process.stdin.isTTY,
  columns: process.stdout.columns || 100,
  ask,
  onInterrupt,
  onCrash,
  exitNow: (code) => process.exit(code),
};

/** `package.json` stands two folders above this file, from source as well as bundled. */
function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

function onInterrupt(listener: () => void): () => void {
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return () => {
    process.off('SIGINT', listener);
    process.off('SIGTERM', listener);
  };
}

function onCrash(listener: (error: unknown) => void): () => void {
  process.on('uncaughtException', listener);
  process.on('unhandledRejection', listener);
  return () => {
    process.off('uncaughtException', listener);
    process.off('unhandledRejection', listener);
  };
}

/** The terminal echoes through the interface's output: a hidden answer gets one that writes nothing. */
function ask(question: string, { hidden }: { readonly hidden: boolean }): Promise<string> {
  process.stderr.write(question);
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: hidden ? silence : process.stderr, terminal: true });
  return new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('SIGINT', () => reject(new AppError('cancelled')));
    lines.once('close', () => reject(new AppError('cancelled')));
  }).finally(() => {
    lines.close();
    if (hidden) process.stderr.write('\n');
  });
}

const graceMs = 3000;

process.stdout.on('error', () => process.exit(1)); // the reader of our output is gone
process.exitCode = await runCli(process.argv.slice(2), surroundings);
// A socket that somebody forgot must not keep a finished command from ending.
setTimeout(() => process.exit(), graceMs).unref();
