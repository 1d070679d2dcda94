import type { ElectronApplication } from 'playwright-core';

/** How many sheets of paper a page needs that is opened as it lies on the disk, without scripts, and printed. */
export async function printedPages(app: ElectronApplication, file: string): Promise<number> {
  return app.evaluate(async ({ BrowserWindow }, path) => {
    // A session of its own: that of the app lets no page from elsewhere in.
    const window = new BrowserWindow({ show: false, webPreferences: { partition: 'printing', javascript: false } });
    try {
      await window.loadFile(path);
      const pdf = await window.webContents.printToPDF({ preferCSSPageSize: true });
      return pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    } finally {
      window.destroy();
    }
  }, file);
}
