import { join } from 'node:path';
import { app, protocol, session, type BrowserWindow } from 'electron';
import { toAppError } from '../../shared/errors/app-error.ts';
import type { NoticeName } from '../../shared/ipc/channels.ts';
import type { Language, NoticePayload } from '../../shared/ipc/contract.ts';
import { EngineHost } from './engine-host/engine-host.ts';
import { forkEngine } from './engine-host/fork-engine.ts';
import { ChosenPaths } from './ipc/chosen-paths.ts';
import { createHandlers } from './ipc/handlers.ts';
import { readSshKey } from './ipc/read-ssh-key.ts';
import { registerHandlers } from './ipc/register-handlers.ts';
import { WrittenKits } from './ipc/written-kits.ts';
import { useProfileFolder } from './lifecycle/profile-folder.ts';
import { guardQuit } from './lifecycle/quit.ts';
import { openLog } from './log/log-file.ts';
import { createAppProtocolHandler, registerAppScheme } from './security/app-protocol.ts';
import { openExternalLink } from './security/external-link.ts';
import { guardNavigation } from './security/navigation.ts';
import { denyPermissions } from './security/permissions.ts';
import { appScheme, fixedLinks } from './security/trusted-url.ts';
import { denyWebRequests } from './security/web-requests.ts';
import { SettingsFile } from './settings/settings-file.ts';
import { setMenu } from './shell/menu.ts';
import { confirmQuit, createDialogs } from './shell/native-dialogs.ts';
import { openFile } from './shell/open-file.ts';
import { openMainWindow } from './window/main-window.ts';
import { languageOf, wordsIn } from './words.ts';

/** The order in which the app starts. Everything before `whenReady` can only be done there. */
const dist = join(import.meta.dirname, '..');
const isDeveloping = !app.isPackaged;
const drainLimitMs = 10_000;

useProfileFolder(app);
if (app.requestSingleInstanceLock()) begin();
else app.exit(0);

function begin(): void {
  const log = openLog(join(app.getPath('userData'), 'logs'), () => Date.now());
  process.on('uncaughtException', (error) => log.error('uncaught', error));
  app.enableSandbox();
  registerAppScheme(protocol);
  app.on('web-contents-created', (_event, contents) => {
    guardNavigation(contents, (url) => void openExternalLink(url));
  });
  app
    .whenReady()
    .then(() => open(log))
    .catch((error: unknown) => {
      log.error('starting', error);
      app.exit(1);
    });
}

async function open(log: ReturnType<typeof openLog>): Promise<void> {
  const settings = await SettingsFile.open(join(app.getPath('userData'), 'app-settings.json'));
  const language = (): Language => settings.current.language ?? languageOf(app.getLocale());
  let window: BrowserWindow | null = null;
  const tell = <N extends NoticeName>(name: N, payload: NoticePayload<N>): void => {
    if (window !== null && !window.isDestroyed()) window.webContents.send(name, payload);
  };

  denyPermissions(session.defaultSession);
  denyWebRequests(session.defaultSession, isDeveloping);
  protocol.handle(appScheme, createAppProtocolHandler(join(dist, 'renderer')));

  const engine = new EngineHost({
    fork: () =>
      forkEngine({
        entry: join(dist, 'engine', 'entry.js'),
        language: language(),
        node: isDeveloping ? process.env['SHOUHU_ENGINE_NODE'] : undefined,
        onStderr: (text) => log.info(`engine: ${text}`),
      }),
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    now: () => performance.now(),
    onState: (state) => tell('engine.state', state),
    onProgress: (progress) => tell('job.progress', progress),
    onDisk: (disk) => tell('disk.changed', disk),
    onStream: (stream) => tell('stream.changed', stream),
    onChanged: (what) => tell(`${what}.changed`, {}),
    report: log.error,
  });
  const quit = guardQuit({
    app,
    runningJobs: () => engine.runningJobs,
    confirm: () => confirmQuit(window, wordsIn(language())),
    drain: () => engine.stop(drainLimitMs),
    report: log.error,
  });
  const handlers = createHandlers({
    engine,
    version: app.getVersion(),
    language: { get: language, set: (chosen) => settings.update({ language: chosen }) },
    chosen: new ChosenPaths(),
    kits: new WrittenKits(),
    readKey: readSshKey,
    dialogs: createDialogs(
      () => window,
      () => wordsIn(language()),
    ),
    openFile,
    openLink: (link) => openExternalLink(fixedLinks[link]),
  });
  registerHandlers(handlers, (command, error) => {
    const { code, remedy } = toAppError(error);
    if (remedy === 'bug') log.error(`${command} ${code}`, error);
  });

  engine.start();
  setMenu(isDeveloping);
  window = openMainWindow({
    title: wordsIn(language()).appName,
    preload: join(dist, 'preload', 'index.cjs'),
    isDeveloping,
    settings,
    report: log.error,
    mayClose: () => {
      if (!quit.mayLeave()) app.quit();
      return quit.mayLeave();
    },
  });
  app.on('second-instance', () => show(window));
  app.on('activate', () => show(window));
  app.on('window-all-closed', () => app.quit());
}

function show(window: BrowserWindow | null): void {
  if (window === null || window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
