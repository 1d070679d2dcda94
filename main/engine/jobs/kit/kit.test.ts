import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toString as qrToString } from 'qrcode';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wordsOfSheet } from '../../../../shared/model/sheet-words.ts';
import { aKeyring } from '../../repository/testing/keys.ts';
import { kitAsHtml, kitAsText, qrContent, type Kit } from './kit-document.ts';
import { copyPlace, writeKit } from './index.ts';

const { mainWords: realWords } = await aKeyring();

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

it('names that turn or steer the line they stand in are on the sheet as what they are', () => {
  const kit = aKit({ places: ['\u202eUSB\n24. word', 'a\u001b[1m'], holder: '小王\u2066' });
  for (const page of [kitAsText(kit), kitAsHtml(kit, '')]) {
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(page).toContain('USB↵24. word');
    expect(page).toMatch(/小王(?:<|&lt;)U\+2066/);
  }
});

describe('a sheet as the words that it holds', () => {
  const kit = aKit({ words: realWords });

  it.each([
    ['its QR code', qrContent(kit), 'en'],
    ['its text', kitAsText(kit), 'zh'],
    ['its page', kitAsHtml(kit, '<svg></svg>'), 'zh'],
    ['its text for an English reader', kitAsText({ ...kit, language: 'en' }), 'en'],
  ] as const)('is read back from %s', (_what, text, language) => {
    expect(wordsOfSheet(text)).toEqual(realWords[language].map((word) => word.normalize('NFKD')));
  });

  it('is told from others by the beginning of its slot, its holder and its repository', () => {
    for (const text of [kitAsText(aKit({ holder: '小李 <b>' })), kitAsHtml(aKit({ holder: '小李 <b>' }), '')]) {
      expect(text).toContain('7c1d22e0');
      expect(text).toMatch(/小李 (<b>|&lt;b&gt;)/);
      expect(text).toContain(kit.repositoryId);
    }
    expect(kitAsHtml(aKit({ holder: '<b>' }), '')).not.toContain('<b>');
  });
});

describe('copyPlace', () => {
  const shared = { id: '0192aabb-ccdd-7eee-8fff-001122334455', addedAt: '2026-11-22T14:00:00.000Z' };

  it('names folder, kind and place of a disk', () => {
    const disk = { ...shared, name: '蓝盘', kind: 'disk', role: 'cold', path: '/mnt/usb', place: '上海' } as const;
    expect(copyPlace(disk)).toBe('蓝盘 · 冷备盘 / cold disk · /mnt/usb · 上海');
  });

  it('names bucket and host of a cloud, and nothing that opens it', () => {
    const cloud = {
      ...shared,
      ...({ name: 'oss', kind: 's3', role: 'cloud', provider: 'custom', bucket: 'shop', prefix: 'a' } as const),
      ...{
        region: null,
        endpoint: 'https://AKID:SECRET@s3.example.com:9000/x?token=T',
        place: null,
        sealedKeys: 'SEALED',
      },
    };
    expect(copyPlace(cloud)).toBe('oss · 云存储 / cloud · custom shop/a s3.example.com:9000');
  });
});

describe('writeKit', () => {
  it('writes a page with a QR code and a text that only the owner can read', async () => {
    const folder = join(dir, 'new');
    const files = await writeKit({ dir: folder, ...aKit() });

    expect(files).toEqual([
      join(folder, 'shouhu-recovery-kit-main-0192aabb-7c1d22e0.html'),
      join(folder, 'shouhu-recovery-kit-main-0192aabb-7c1d22e0.txt'),
    ]);
    // What a phone reads from the page is the sheet, not some other square.
    const drawn = await qrToString(qrContent(aKit()), { type: 'svg', errorCorrectionLevel: 'M', margin: 2 });
    expect(drawn).toMatch(/<path stroke="#000000" d="[^"]{1000,}"/);
    expect(await readFile(files[0]!, 'utf8')).toContain(drawn.trim());
    if (process.platform === 'win32') return;
    for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('never replaces a kit, and leaves no half of a new one', async () => {
    const taken = join(dir, 'shouhu-recovery-kit-main-0192aabb-7c1d22e0.txt');
    await writeFile(taken, 'the only paper of another key');

    await expect(writeKit({ dir, ...aKit() })).rejects.toMatchObject({
      code: 'usage.bad-argument',
      facts: { argument: taken, reason: 'exists' },
    });

    expect(await readFile(taken, 'utf8')).toBe('the only paper of another key');
    expect(await readdir(dir)).toEqual(['shouhu-recovery-kit-main-0192aabb-7c1d22e0.txt']);
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
    slotId: '7c1d22e0-ccdd-4eee-8fff-001122334455',
    holder: null,
    createdAtIso: '2026-11-22T14:00:00.000Z',
    words: { zh: words('字'), en: words('word') },
    language: 'zh',
    places: [],
    reader: { name: 'recover-1-55555555.mjs', sha256: '5'.repeat(64) },
    ...changes,
  };
}
