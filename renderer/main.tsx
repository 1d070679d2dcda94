import '@mantine/core/styles.css';
import './ui/global.css';
import { MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { HashRouter } from 'react-router';
import { uiZh } from '../shared/i18n/ui.zh.ts';
import { App } from './app/App.tsx';
import { createStores } from './app/stores.ts';
import type { Client } from './bridge/client.ts';
import { createWindowClient } from './bridge/window-client.ts';
import { createI18n } from './i18n/i18n.ts';
import { theme } from './ui/theme.ts';

/** Without the app around it the page has nobody to ask; only a build made for looking at has the fake. */
async function takeClient(): Promise<{ readonly client: Client; readonly isFake: boolean } | null> {
  if (window.shouhu !== undefined) return { client: createWindowClient(window.shouhu), isFake: false };
  if (import.meta.env.DEV || import.meta.env.MODE === 'scripted') {
    const { scriptedClientOf } = await import('./bridge/scripted/from-address.ts');
    return { client: scriptedClientOf(window.location.search), isFake: true };
  }
  return null;
}

const root = document.querySelector('#root');
const taken = await takeClient();
if (root === null || taken === null) {
  document.body.textContent = uiZh.app.noBridge;
} else {
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
  const stores = createStores(taken.client);
  createRoot(root).render(
    <StrictMode>
      <I18nextProvider i18n={createI18n('zh')}>
        <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
          <HashRouter>
            <App stores={stores} isFake={taken.isFake} />
          </HashRouter>
        </MantineProvider>
      </I18nextProvider>
    </StrictMode>,
  );
}
