import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callBridge } from '../support/call-bridge.ts';
import { createHome } from '../support/create-home.ts';
import { enginePid, isAlive } from '../support/engine-process.ts';
import { freshHome } from '../support/fresh-home.ts';
import { launchApp, type LaunchedApp } from '../support/launch-app.ts';
import { eventually } from '../../shared/testing/eventually.ts';

const passphrase = '店铺 守护 口令 2026 很长';
const words = {
  restarting: '后台进程正在重新启动',
  locked: '输入主口令',
  interrupted: '备份中断了',
  underWay: '正在备份「',
};
let launched: LaunchedApp;
let home: Awaited<ReturnType<typeof freshHome>>;
let isClosed = false;

beforeAll(async () => {
  home = await freshHome();
  launched = await launchApp({ home: home.home });
  await launched.page.getByRole('heading', { level: 1 }).waitFor();
});
afterAll(async () => {
  try {
    if (!isClosed) await launched.close();
  } finally {
    await home.remove();
  }
});

/** A home with the demo shop in it, and the page on its first screen. */
async function openDemoShop(): Promise<string> {
  await createHome(launched, home.home, passphrase);
  const demo = await callBridge(launched.page, 'demo.open', { rows: 20_000, jobId: randomUUID() });
  if (!demo.ok) throw new Error(`The demo shop did not open: ${JSON.stringify(demo.error)}`);
  await launched.page.reload();
  await launched.page.getByRole('navigation').first().waitFor();
  return demo.value.source;
}

it('a backup whose engine is killed is reported as cut off; the page stays calm and works on', async () => {
  const { app, page } = launched;
  const source = await openDemoShop();
  const jobId = randomUUID();
  const backup = callBridge(page, 'backup.run', { source, to: [], maxBytesPerSecond: 1_000, jobId });
  await eventually(async () => {
    const listed = await callBridge(page, 'jobs.list', {});
    expect(listed.ok && listed.value.jobs.find((job) => job.jobId === jobId)?.state).toBe('running');
  });
  const pid = await enginePid(app);
  process.kill(pid, 'SIGKILL');

  expect(await backup).toMatchObject({ ok: false, error: { code: 'engine.stopped' } });
  await page.getByText(words.restarting).waitFor();
  await launched.screenshot('engine-restarting');

  // The keys were in the memory of the process that died; the app opens the home again by itself, without asking.
  await page.getByText(words.interrupted).waitFor();
  await page.getByText(words.underWay).waitFor({ state: 'detached' });
  await launched.screenshot('engine-back');
  const engine = { state: 'running', interruptedJobs: 1 };
  expect(await enginePid(app)).not.toBe(pid);
  expect(await page.getByRole('heading', { name: words.locked }).count()).toBe(0);
  expect(await callBridge(page, 'app.state', {})).toMatchObject({
    ok: true,
    value: { home: { unlocked: true }, engine },
  });
});

it('quitting leaves no engine behind', async () => {
  const pid = await enginePid(launched.app);
  expect(isAlive(pid)).toBe(true);
  isClosed = true;
  await launched.close();
  await eventually(() => expect(isAlive(pid)).toBe(false));
});
