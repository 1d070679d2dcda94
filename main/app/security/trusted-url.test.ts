import { describe, expect, it } from 'vitest';
import { fixedLinks, isAppUrl, isFixedLink } from './trusted-url.ts';

describe('isAppUrl', () => {
  it.each(['shouhu://app/index.html', 'shouhu://app/index.html#/copies', 'shouhu://app/'])(
    'accepts our own page %s',
    (url) => {
      expect(isAppUrl(url)).toBe(true);
    },
  );

  it.each([
    'https://evil.test/?next=shouhu://app',
    'https://evil.test/#shouhu://app/',
    'https://app/',
    'shouhu://app.evil.test/',
    'shouhu://evil.app/',
    'shouhu://app:8080/',
    'shouhu://user@app/',
    'shouhu://user:pw@app/',
    'shouhu://app@evil.test/',
    'shouhu:app/index.html',
    'shouhu:///app/index.html',
    'shouhu-evil://app/',
    'xshouhu://app/',
    'blob:shouhu://app/0f8fad5b',
    'filesystem:shouhu://app/temporary/x',
    'view-source:shouhu://app/',
    'javascript:alert(1)//shouhu://app/',
    'data:text/html,shouhu://app/',
    'file:///etc/passwd',
    'about:blank',
    'not a url',
    '',
  ])('refuses %s', (url) => {
    expect(isAppUrl(url)).toBe(false);
  });
});

describe('isFixedLink', () => {
  it.each(Object.values(fixedLinks))('accepts %s', (url) => {
    expect(isFixedLink(url)).toBe(true);
    expect(new URL(url).protocol).toBe('https:');
  });

  it.each([
    'http://docs.shouhu.example/',
    'https://docs.shouhu.example.evil.test/',
    'https://docs.shouhu.example/../../x',
    'https://docs.shouhu.example/?next=https://evil.test',
    'https://user@docs.shouhu.example/',
    'https://evil.test/',
    'file:///C:/Windows/System32/calc.exe',
    'ms-msdt:/id PCWDiagnostic',
    'javascript:alert(1)',
    'smb://evil.test/share',
    '',
  ])('refuses %s', (url) => {
    expect(isFixedLink(url)).toBe(false);
  });
});
