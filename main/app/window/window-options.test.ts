import { describe, expect, it } from 'vitest';
import { mainWindowOptions, pagePreferences, visiblePlace } from './window-options.ts';

const screens = [{ x: 0, y: 0, width: 1920, height: 1040 }];
const look = { title: '守护', preload: '/p.cjs', isDeveloping: false, place: null, screens };

it('gives the page nothing that a browser tab does not have', () => {
  expect(pagePreferences('/p.cjs', false)).toEqual({
    preload: '/p.cjs',
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    plugins: false,
    spellcheck: false,
    devTools: false,
  });
});

it('has developer tools only while developing', () => {
  expect(pagePreferences('/p.cjs', true).devTools).toBe(true);
});

it('is never smaller than the page was made for, and hidden until there is something to see', () => {
  expect(mainWindowOptions(look)).toMatchObject({
    minWidth: 1024,
    minHeight: 700,
    show: false,
    width: 1280,
    height: 840,
  });
});

describe('where the window opens', () => {
  const place = { x: 100, y: 50, width: 1400, height: 900, maximized: false };

  it('is where it was', () => {
    expect(visiblePlace(place, screens)).toEqual({ x: 100, y: 50, width: 1400, height: 900 });
  });

  it.each([
    ['on a screen that is gone', { ...place, x: 3000 }],
    ['above every screen', { ...place, y: -400 }],
  ])('is the default when it was %s', (_, gone) => {
    expect(visiblePlace(gone, screens)).toBeNull();
  });
});
