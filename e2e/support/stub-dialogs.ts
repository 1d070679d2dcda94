import type { ElectronApplication } from 'playwright-core';

/** Lets the next "choose a folder or file" dialog answer with this path, as if a person had chosen it. */
export async function chooseInDialogs(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, path);
}

/** Answers native questions with the button of this number, and remembers what was asked. */
export async function answerQuestions(app: ElectronApplication, button: number): Promise<void> {
  await app.evaluate(({ dialog }, response) => {
    const asked = ((globalThis as { askedQuestions?: string[] }).askedQuestions ??= []);
    // Called as (window, options) or (options).
    const answer = (...given: unknown[]) => {
      asked.push((given.at(-1) as { message: string }).message);
      return Promise.resolve({ response, checkboxChecked: false });
    };
    dialog.showMessageBox = answer;
  }, button);
}

export function askedQuestions(app: ElectronApplication): Promise<string[]> {
  return app.evaluate(() => (globalThis as { askedQuestions?: string[] }).askedQuestions ?? []);
}
