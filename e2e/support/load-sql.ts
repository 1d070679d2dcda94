import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { startPrivateServer } from '../../main/engine/sandbox/index.ts';
import { openLoadSession } from '../../main/engine/source/mysql/load/load-session.ts';

/** Loads a .sql file with the stock client into an empty server of its own, and gives the answer to `question` there. */
export async function askAfterLoading(sqlFile: string, question: string): Promise<string> {
  const { signal } = new AbortController();
  const server = await startPrivateServer({ durability: 'none', signal });
  try {
    const client = spawn('mariadb', ['--no-defaults', `--socket=${server.socketPath}`, `--user=${server.user}`], {
      env: { PATH: process.env['PATH'], MYSQL_PWD: server.password },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const ended = new Promise<number | null>((resolve) => client.once('exit', resolve));
    await pipeline(createReadStream(sqlFile), client.stdin);
    const exitCode = await ended;
    if (exitCode !== 0) throw new Error(`The client ended with code ${exitCode}.`);
    const session = await openLoadSession({ host: '127.0.0.1', port: 0, ...server.connection }, { signal });
    try {
      return (await session.rows(question, signal))[0]?.get('answer') ?? '';
    } finally {
      session.close();
    }
  } finally {
    await server.stop();
  }
}
