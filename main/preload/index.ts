import { contextBridge, ipcRenderer } from 'electron';
import { commandNames, noticeNames } from '../../shared/ipc/channels.ts';

// One function per channel. The raw ipcRenderer and its event object never reach the page.
const call = Object.fromEntries(
  commandNames.map((name) => [name, (input: unknown): Promise<unknown> => ipcRenderer.invoke(name, input)]),
);

const listen = Object.fromEntries(
  noticeNames.map((name) => [
    name,
    (onPayload: (payload: unknown) => void) => {
      const relay = (_event: unknown, payload: unknown): void => onPayload(payload);
      ipcRenderer.on(name, relay);
      return () => void ipcRenderer.off(name, relay);
    },
  ]),
);

contextBridge.exposeInMainWorld('shouhu', { call, listen });
