/**
 * The engine as a process of its own: `entry.js --language=zh|en`. Electron starts it as a utility process; where
 * Electron's Node is too old, the app starts it with another Node as a plain child. This is the only file that knows
 * either of them. The home is the one that the command line uses too (`SHOUHU_HOME` or the system's folder for data).
 */
import './platform/file-threads.ts';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultHomeDir, openEngine } from './jobs/index.ts';
import { openErrorLog, serveEngine, type Channel } from './rpc/index.ts';

/** What Electron adds to `process` in a utility process. */
interface ParentPort {
  on(event: 'message', listener: (message: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
}

/** A process that cannot put itself away in this time ends all the same. */
const exitLimitMs = 12_000;

const { values } = parseArgs({ options: { language: { type: 'string', default: 'zh' } } });
const homeDir = defaultHomeDir();
const language = values.language === 'en' ? 'en' : 'zh';
const report = openErrorLog(join(homeDir, 'logs', 'engine.log'));

process.on('uncaughtException', (error) => {
  report('uncaught', error);
  process.exit(1);
});
// Ctrl+C in a terminal reaches the whole group: the app decides what happens to a running backup.
process.on('SIGINT', () => undefined);

const channel = openChannel();
if (channel === undefined) {
  console.error('This program is started by the Shouhu app. Use the command line instead: shouhu --help');
  process.exit(2);
}
await serveEngine({
  channel,
  report,
  openEngine: (notices) => openEngine({ homeDir, language, watchDisks: true, worksByItself: true, ...notices }),
});
process.exit(0);

function openChannel(): Channel | undefined {
  const { parentPort } = process as { parentPort?: ParentPort };
  const onClose = (listener: () => void): void => {
    const leave = (): void => {
      setTimeout(() => process.exit(1), exitLimitMs).unref();
      listener();
    };
    process.once('SIGTERM', leave);
    if (parentPort === undefined) process.once('disconnect', leave);
    else parentPort.on('close', leave);
  };
  if (parentPort !== undefined) {
    return {
      post: (message) => parentPort.postMessage(message),
      onMessage: (listener) => void parentPort.on('message', ({ data }) => listener(data)),
      onClose,
    };
  }
  if (process.send === undefined) return undefined;
  const send = process.send.bind(process);
  return {
    // The channel can break between two messages: `disconnect` then says so.
    post: (message) => void send(message, undefined, undefined, () => undefined),
    onMessage: (listener) => void process.on('message', listener),
    onClose,
  };
}
