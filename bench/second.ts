import { startCuttingProxy } from '../main/engine/demo/cutting-proxy.ts';
import { runShell, dumpPipe, preparePipe, type PipeFiles } from './pipe.ts';
import { megabytes, ratio, seconds, tableText } from './report.ts';
import type { BackupFigures, Rig } from './rig.ts';
import type { BenchShop } from './shop-generator.ts';

/**
 * The second snapshot: a day later, when one in a hundred orders is new and 500 cards of 50 products are sold, lowest ids first. Over a line
 * of 10 Mbit/s, beside the pipe over the same line, and over the machine's own.
 */
export const thinBytesPerSecond = 10_000_000 / 8;
const soldCards = 500;
const products = 50;
const repository = 'second';

export interface SecondOptions {
  readonly shop: BenchShop;
  readonly rig: Rig;
  readonly dir: string;
  /** Without the pipe over the thin line, which takes six minutes. */
  readonly isQuick: boolean;
  readonly write: (line: string) => void;
  readonly signal: AbortSignal;
}

export async function secondReport(options: SecondOptions): Promise<string> {
  const { shop, rig, dir, isQuick, write, signal } = options;
  const proxy = await startCuttingProxy({ host: '127.0.0.1', port: shop.server.port ?? 0 });
  try {
    await rig.addSource({
      name: 'line',
      server: { ...shop.server, port: proxy.port },
      sshd: null,
      databases: [shop.database],
    });
    const files = await preparePipe(dir, 'line', { ...shop.server, port: proxy.port });
    const first = await rig.backUp('line', repository, shop.server);
    write(`first snapshot for the second: ${seconds(first.wallMs)}`);

    await aDayPasses(files, shop.database, signal);
    const before = proxy.passed.down;
    proxy.setQuality({ bytesPerSecond: thinBytesPerSecond });
    const thin = await rig.backUp('line', repository, shop.server, true);
    const thinBytes = proxy.passed.down - before;
    write(`second on a thin line: ${seconds(thin.wallMs)}`);

    // Around the proxy, which is a program of its own on the same two cores.
    const fastFirst = await rig.backUp('direct', 'fast', shop.server);
    await aDayPasses(files, shop.database, signal);
    const fast = await rig.backUp('direct', 'fast', shop.server, true);
    write(`on a fast line: first ${seconds(fastFirst.wallMs)}, second ${seconds(fast.wallMs)}`);

    proxy.setQuality({ bytesPerSecond: thinBytesPerSecond });
    const beforePipe = proxy.passed.down;
    const pipe = isQuick ? null : await dumpPipe(files, shop.database, `${dir}/thin.sql.zst.enc`, signal);
    const pipeBytes = proxy.passed.down - beforePipe;
    const stored = (now: BackupFigures, then: BackupFigures) => now.storedBytes - then.storedBytes;
    return [
      '\n## Second snapshot: 1 % new orders, 500 cards of 50 products sold\n',
      tableText(
        [
          '',
          'time',
          'ratio',
          'bytes from the server',
          'ratio',
          'CPU',
          'CPU of the server',
          'newly stored',
          'of the first',
        ],
        [
          [
            'the pipe, 10 Mbit/s',
            pipe === null ? '–' : seconds(pipe.wallMs),
            ratio(1, 1),
            pipe === null ? '–' : megabytes(pipeBytes),
            ratio(1, 1),
            ...['–', '–', '–', '–'],
          ],
          [
            'Shouhu, 10 Mbit/s',
            seconds(thin.wallMs),
            pipe === null ? '–' : ratio(thin.wallMs, pipe.wallMs),
            megabytes(thinBytes),
            pipe === null ? '–' : ratio(thinBytes, pipeBytes),
            seconds(thin.cpuMs),
            seconds(thin.serverCpuMs ?? NaN),
            megabytes(stored(thin, first)),
            ratio(stored(thin, first), first.storedBytes),
          ],
          row('Shouhu, first, fast line', fastFirst, fastFirst, fastFirst.storedBytes),
          row('Shouhu, second, fast line', fast, fastFirst, stored(fast, fastFirst)),
        ],
      ),
    ].join('\n');

    function row(name: string, figures: BackupFigures, against: BackupFigures, storedBytes: number): string[] {
      const { bytesFromServer } = figures.output.read;
      return [
        name,
        seconds(figures.wallMs),
        ratio(figures.wallMs, against.wallMs),
        megabytes(bytesFromServer),
        ratio(bytesFromServer, against.output.read.bytesFromServer),
        seconds(figures.cpuMs),
        seconds(figures.serverCpuMs ?? NaN),
        megabytes(storedBytes),
        ratio(storedBytes, against.storedBytes),
      ];
    }
  } finally {
    await proxy.stop();
  }
}

/** One in a hundred orders more, copies of the last ones with numbers of their own; 500 cards sold, ten of each product. */
export async function aDayPasses({ optionFile }: PipeFiles, database: string, signal: AbortSignal): Promise<void> {
  const perProduct = soldCards / products;
  const sql = `
    SET @last = (SELECT MAX(id) FROM orders), @new = (SELECT COUNT(*) DIV 100 FROM orders);
    CREATE TEMPORARY TABLE fresh AS SELECT * FROM orders WHERE id > @last - @new;
    UPDATE fresh SET id = id + @new, order_sn = CONCAT('N', id, RIGHT(order_sn, 20)), created_at = NOW(), updated_at = NOW();
    INSERT INTO orders SELECT * FROM fresh;
    UPDATE carmis SET status = 2, updated_at = NOW() WHERE id IN (
      SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY goods_id ORDER BY id) AS n FROM carmis WHERE status = 1) AS unsold
      WHERE n <= ${perProduct});`;
  await runShell('mariadb --defaults-extra-file="$1" "$2" -e "$3"', [optionFile, database, sql], signal);
}
