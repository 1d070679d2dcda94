import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kitAsHtml, kitAsText, qrContent, type Kit } from './kit-document.ts';
import { writeKit } from './index.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'shouhu-kit-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

describe('kitAsText', () => {
  it('holds all words of both languages in numbered rows of four, the chosen language first', () => {
    const text = kitAsText(aKit());
    expect(text).toMatch(/ {3}1\. 字1 +2\. 字2 +3\. 字3 +4\. 字4\n {3}5\. 字5/);
    expect(text).toContain('24. word24');
    expect(text.indexOf('1. 字1')).toBeLessThan(text.indexOf('1. word1'));

    const english = kitAsText(aKit({ language: 'en' }));
    expect(english.indexOf('1. word1')).toBeLessThan(english.indexOf('1. 字1'));
  });

  it('says what its holder can do, where the copies are and how to come back', () => {
    const text = kitAsText(aKit({ places: ['USB 盘，办公室'] }));
    for (const part of [
      '拿到此纸的人可以读取全部备份',
      'USB 盘，办公室',
      '____',
      'shouhu recover',
      'recover.mjs',
      '5'.repeat(64),
      aKit().repositoryId,
    ]) {
      expect(text).toContain(part);
    }
  });

  it('gives the vault its own title, warning and steps', () => {
    const text = kitAsText(aKit({ which: 'vault' }));
    expect(text).toContain('卡密保险库');
    expect(text).toContain('可以打开卡密');
    expect(text).toContain('--vault-words-file');
    expect(text).not.toContain('可以读取全部备份');
  });
});

describe('kitAsHtml', () => {
  it('is one page without scripts or anything from elsewhere', () => {
    const html = kitAsHtml(aKit(), '<svg></svg>');
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|src=|href=/i);
    expect(html).toContain('size: A4');
    expect(html.match(/<td>/g)).toHaveLength(48);
  });

  it('shows a place as text, whatever it is called', () => {
    const html = kitAsHtml(aKit({ places: ['<script>"&'] }), '');
    expect(html).toContain('&lt;script&gt;&quot;&amp;');
  });
});

describe('qrContent', () => {
  it('is the English words, which every scanner can read', () => {
    expect(qrContent(aKit()).split(' ')).toEqual(aKit().words.en);
  });
});

describe('writeKit', () => {
  it('writes a page with a QR code and a text that only the owner can read', async () => {
    const folder = join(dir, 'new');
    const files = await writeKit({ dir: folder, ...aKit() });

    expect(files).toEqual([
      join(folder, 'shouhu-recovery-kit-main-0192aabb.html'),
      join(folder, 'shouhu-recovery-kit-main-0192aabb.txt'),
    ]);
    expect(await readFile(files[0]!, 'utf8')).toContain('<svg');
    if (process.platform === 'win32') return;
    for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('never replaces a kit, and leaves no half of a new one', async () => {
    const taken = join(dir, 'shouhu-recovery-kit-main-0192aabb.txt');
    await writeFile(taken, 'the only paper of another key');

    await expect(writeKit({ dir, ...aKit() })).rejects.toMatchObject({
      code: 'usage.bad-argument',
      facts: { argument: taken, reason: 'exists' },
    });

    expect(await readFile(taken, 'utf8')).toBe('the only paper of another key');
    expect(await readdir(dir)).toEqual(['shouhu-recovery-kit-main-0192aabb.txt']);
  });

  it('writes both kits into one folder', async () => {
    await writeKit({ dir, ...aKit() });
    await writeKit({ dir, ...aKit({ which: 'vault' }) });
    expect(await readdir(dir)).toHaveLength(4);
  });
});

function aKit(changes: Partial<Kit> = {}): Kit {
  const words = (prefix: string): string[] => Array.from({ length: 24 }, (_, at) => `${prefix}${at + 1}`);
  return {
    which: 'main',
    repositoryId: '0192aabb-ccdd-7eee-8fff-001122334455',
    createdAtIso: '2026-11-22T14:00:00.000Z',
    words: { zh: words('字'), en: words('word') },
    language: 'zh',
    places: [],
    recoverScriptSha256: '5'.repeat(64),
    ...changes,
  };
}
