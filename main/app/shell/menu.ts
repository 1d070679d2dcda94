import { Menu, type MenuItemConstructorOptions } from 'electron';

/** Windows and Linux need no menu; on macOS copy and paste live there; developers get reload and tools. */
export function setMenu(isDeveloping: boolean): void {
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin'
      ? [{ role: 'appMenu' as const }, { role: 'editMenu' as const }, { role: 'windowMenu' as const }]
      : []),
    ...(isDeveloping
      ? [{ label: 'Dev', submenu: [{ role: 'reload' as const }, { role: 'toggleDevTools' as const }] }]
      : []),
  ];
  Menu.setApplicationMenu(template.length === 0 ? null : Menu.buildFromTemplate(template));
}
