import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callBridge } from '../support/call-bridge.ts';
import { createHome } from '../support/create-home.ts';
import { enginePid, isAlive } from '../support/engine-process.ts';
import { freshHome } from '../support/fresh-home.ts';
import { launchApp, type LaunchedApp } from '../support/launch-app.ts';
import { answerQuestions, askedQuestions } from '../support/stub-dialogs.ts';
import { eventually } from '../../shared/testing/eventually.ts';

const stay = 0;
const leave = 1;
let launched: LaunchedApp;
let home: Awaited<ReturnType<typeof freshHome>>;

beforeAll(async () => {
  home = await freshHome();
  launched = await launchApp({ home: home.home, lang: 'en-US' });
  await launched.page.getByRole('heading', { level: 1 }).waitFor();
});
afterAll(() => home.remove());

it('while a job runs, closing the window asks first; stay keeps everything, leave stops the job in order', async () => {
  const { app, page } = launched;
  await createHome(launched, home.home, 'correct horse battery staple 9');
  const jobId = randomUUID();
  const demo = callBridge(page, 'demo.open', { rows: 2_000_000, jobId });
  const ended = demo.catch(() => 'the page is gone');
  await eventually(async () => {
    expect(await callBridge(page, 'jobs.list', {})).toMatchObject({ value: { jobs: [{ jobId, state: 'running' }] } });
  });
  const pid = await enginePid(app);

  await answerQuestions(app, stay);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await eventually(async () => expect(await askedQuestions(app)).toEqual(['A job is still running. Quit?']));
  expect(await callBridge(page, 'jobs.list', {})).toMatchObject({ value: { jobs: [{ jobId, state: 'running' }] } });
  expect(isAlive(pid)).toBe(true);

  await answerQuestions(app, leave);
  await launched.close();
  await ended;
  await eventually(() => expect(isAlive(pid)).toBe(false));

  launched = await launchApp({ home: home.home, lang: 'en-US' });
  expect(await callBridge(launched.page, 'jobs.list', {})).toMatchObject({
    value: { jobs: [{ jobId, state: 'cancelled' }] },
  });
  await launched.close();
});
