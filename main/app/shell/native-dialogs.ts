import { homedir } from 'node:os';
import { join } from 'node:path';
import { dialog, type BrowserWindow, type OpenDialogOptions, type SaveDialogOptions } from 'electron';
import type { Surroundings } from '../ipc/handlers.ts';
import type { wordsIn } from '../words.ts';

type Words = ReturnType<typeof wordsIn>;

/** The operating system's own choosers, over our window and in the app's language. */
export function createDialogs(window: () => BrowserWindow | null, words: () => Words): Surroundings['dialogs'] {
  async function open(options: OpenDialogOptions): Promise<string | null> {
    const parent = window();
    const { canceled, filePaths } = await (parent === null
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(parent, options));
    return canceled ? null : (filePaths[0] ?? null);
  }

  return {
    folder(purpose) {
      const { folderKit, folderMain, folderRecover, folderFiles, chooseThis } = words();
      const titles: Partial<Record<typeof purpose, string>> = {
        kit: folderKit,
        recover: folderRecover,
        files: folderFiles,
      };
      const title = titles[purpose] ?? folderMain;
      return open({ title, buttonLabel: chooseThis, properties: ['openDirectory', 'createDirectory'] });
    },
    sshKey() {
      const { sshKey, chooseThis } = words();
      const defaultPath = join(homedir(), '.ssh');
      return open({ title: sshKey, buttonLabel: chooseThis, defaultPath, properties: ['openFile', 'showHiddenFiles'] });
    },
    async sqlFile() {
      const options: SaveDialogOptions = {
        title: words().sqlFile,
        defaultPath: 'shop.sql',
        filters: [{ name: 'SQL', extensions: ['sql'] }],
        properties: ['showOverwriteConfirmation', 'createDirectory'],
      };
      const parent = window();
      const { canceled, filePath } = await (parent === null
        ? dialog.showSaveDialog(options)
        : dialog.showSaveDialog(parent, options));
      return canceled || filePath === '' ? null : filePath;
    },
  };
}

/** Asks whether to stop a running job for quitting. The safe answer is the default one. */
export async function confirmQuit(parent: BrowserWindow | null, words: Words): Promise<boolean> {
  const options = {
    type: 'question' as const,
    message: words.quitQuestion,
    detail: words.quitDetail,
    buttons: [words.quitStay, words.quitLeave],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  };
  const { response } = await (parent === null
    ? dialog.showMessageBox(options)
    : dialog.showMessageBox(parent, options));
  return response === 1;
}
