import { join } from 'node:path';
import { startCuttingProxy } from '../../main/engine/demo/cutting-proxy.ts';
import { startDemoShop, type DemoCloud } from '../../main/engine/demo/demo-shop.ts';

/** How a person logs in to the shop's server and its database. */
export interface ShopLogin {
  readonly ssh: { readonly host: string; readonly port: number; readonly user: string; readonly keyFile: string };
  readonly mysql: { readonly host: string; readonly port: number; readonly user: string; readonly password: string };
}

/** A real shop on this machine: database server, SSH server behind a line that can be slow, two clouds, three disks. */
export interface RunningShop {
  readonly database: string;
  readonly login: ShopLogin;
  readonly fingerprint: string;
  readonly disks: { readonly main: string; readonly second: string; readonly usb: string };
  readonly clouds: readonly [DemoCloud, DemoCloud];
  /** Of the line to the SSH server; null takes the limit away. */
  limitLine(bytesPerSecond: number | null): void;
  /** The sum of all paid orders, as the shop's own server says, not through us. */
  paidTotal(): Promise<string>;
  /** Changes every order, so that the next backup has to read them all again. */
  touchOrders(): Promise<void>;
  /** Somebody deletes all card codes and orders. */
  loseCards(): Promise<void>;
  /** An update of the shop's program brings a column that looks like cards. */
  addCardColumn(): Promise<void>;
  /** Somebody drops the table of orders. */
  dropOrders(): Promise<void>;
  /** The rows of all tables, counted by the shop's own server. */
  countRows(): Promise<number>;
  stop(): Promise<void>;
}

const sampleRows = 30_000;

/** Writes below `dir` only. */
export async function startShop(dir: string, rows = sampleRows): Promise<RunningShop> {
  const ending = new AbortController();
  const { signal } = ending;
  const shop = await startDemoShop({ dir: join(dir, 'shop'), rows, signal });
  const line = await startCuttingProxy({ host: shop.sshd.host, port: shop.sshd.port });
  const ask = (sql: string) =>
    shop.withOwner(async (session) => (await session.rows(sql, signal)).map((row) => row.get('answer') ?? ''));
  return {
    database: shop.database,
    login: {
      ssh: { host: line.host, port: line.port, user: shop.sshd.user, keyFile: shop.sshd.clientKeyPath },
      mysql: {
        host: '127.0.0.1',
        port: shop.server.port ?? 0,
        user: shop.server.user,
        password: shop.server.password,
      },
    },
    fingerprint: shop.sshd.hostKeyFingerprint,
    disks: { main: shop.mainDiskDir, second: shop.secondDiskDir, usb: shop.usbDir },
    clouds: shop.clouds,
    limitLine: (bytesPerSecond) => line.setQuality(bytesPerSecond === null ? {} : { bytesPerSecond }),
    async paidTotal() {
      const paid = await ask(
        `SELECT SUM(actual_price) AS answer FROM ${shop.database}.orders WHERE status IN (2, 3, 4, 5, 6)`,
      );
      return paid[0] ?? '';
    },
    async touchOrders() {
      await shop.withOwner((session) =>
        session.execute(`UPDATE ${shop.database}.orders SET updated_at = created_at + INTERVAL 1 SECOND`, signal),
      );
    },
    async loseCards() {
      await shop.withOwner(async (session) => {
        for (const table of ['carmis', 'orders'])
          await session.execute(`DELETE FROM ${shop.database}.${table}`, signal);
      });
    },
    async addCardColumn() {
      await shop.withOwner((session) =>
        session.execute(`ALTER TABLE ${shop.database}.carmis ADD COLUMN spare TEXT NULL`, signal),
      );
    },
    async dropOrders() {
      await shop.withOwner((session) => session.execute(`DROP TABLE ${shop.database}.orders`, signal));
    },
    async countRows() {
      const tables = await ask(
        `SELECT table_name AS answer FROM information_schema.tables WHERE table_schema = '${shop.database}' AND table_type = 'BASE TABLE'`,
      );
      const counts = await ask(
        tables.map((name) => `SELECT COUNT(*) AS answer FROM ${shop.database}.${name}`).join(' UNION ALL '),
      );
      return counts.reduce((sum, count) => sum + Number(count), 0);
    },
    async stop() {
      await line.stop();
      await shop.stop();
      ending.abort();
    },
  };
}
