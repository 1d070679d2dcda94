#!/usr/bin/env node
/*
 * recover.mjs: reads a Shouhu 守护 backup repository (formats 1 and 2) without Shouhu.
 *
 * One file, no packages, no network. Needs Node.js 22.15 or newer. It lists snapshots, checks them, and turns one into one .sql file that the
 * ordinary `mysql` client reads, or writes the site's files of one into a folder, the history of config and code as a bare git repository, or the
 * settings in Redis as lines of JSON. It checks every byte on the way and only reads the repository.
 *
 *   node recover.mjs --list                              --words-file words.txt
 *   node recover.mjs --check [all]                       --words-file words.txt
 *   node recover.mjs --sql shop.sql                      --words-file words.txt
 *   node recover.mjs --files folder                      --words-file words.txt
 *   node recover.mjs --git folder                        --words-file words.txt
 *   node recover.mjs --redis settings.jsonl              --words-file words.txt
 *        [--repository DIR]               default: the folder this program lies in
 *        [--snapshot ID|latest]           default: latest; the beginning of an id will do
 *        [--passphrase-env NAME]          in place of --words-file: NAME is an environment variable
 *        [--vault-words-file FILE | --vault-passphrase-env NAME]   to include card secrets
 *        [--lang zh|en]                   default: both
 *
 * A words file holds the 24 words, or is the recovery kit itself as text.
 * Exit codes: 0 done · 1 failed · 2 wrong usage · 3 something is damaged or missing · 5 wrong key, or the file exists.
 *
 * How the repository is built (big-endian, all keys 32 bytes, all tags 16 bytes):
 *
 *   shouhu.json   slots: idKey ‖ encKey wrapped with AES-256-GCM under scrypt(passphrase) or HKDF(entropy of 24 words);
 *                 the vault's X25519 private key is wrapped in the same way under its own passphrase and words.
 *                 Format 2: the vault was given new keys; the present one unwraps every former one, and a sheet may be a public key.
 *   chunks/ab/ID  ID = HMAC-SHA-256(idKey, kind byte ‖ payload).
 *                 32-byte head: "SHOU", version, kind, codec (0 none, 1 zstd), slot (0 main, 1 vault), u64 payload
 *                 length, 12-byte nonce, u32 zero. Then frames: u32 (top bit: last frame) n, n bytes + tag of AES-256-GCM.
 *                 Main slot: key = HKDF(encKey, salt = ID). Vault slot: 80 bytes before the frames hold a random key
 *                 sealed to the vault's public key, and an HMAC closes the object.
 *   manifests/…   the same envelope, key = HKDF(encKey, salt = the name). JSON: databases, tables, counts.
 *                 A table's record (kind 3) lists ranges of chunks; rows (kind 1) are lines of tab-separated fields;
 *                 secret columns are in chunks of their own (kind 2), line for line. Files of the site: `site` names pages
 *                 (kind 12, JSON) of folders, links and files, whose bytes are pieces of chunks of kind 5.
 */
import { isUtf8 } from 'node:buffer';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import zlib from 'node:zlib';

/** Counts up when this program changes what it can do; a copy keeps the edition it was made with and gets newer ones beside it. */
const EDITION = 3;
const KIND = {
  rows: 1,
  sealedRows: 2,
  table: 3,
  schema: 4,
  file: 5,
  binlog: 6,
  manifest: 7,
  stream: 8,
  fileTree: 12,
  settings: 13,
  gitPack: 14,
};
const FRAME = 4 * 1024 * 1024;
const MAX_PAYLOAD = 1_181_116_006;
/** An object is at most its payload, the heads and tags of its frames, and the envelope. */
const MAX_OBJECT = MAX_PAYLOAD + 64 * 1024;
const MAX_NAMED = 256 * 1024 * 1024 + 64 * 1024;
const MAX_HEADER = 256 * 1024;
const NUL = Buffer.alloc(0);

/** `zh`, `en`, or both while nobody has said which. */
let language = 'both';

function sentence(zh, en) {
  return language === 'zh' ? zh : language === 'en' ? en : `${zh}\n${en}`;
}

/** Names come from the shop, and a copy may be hostile: nothing of them may steer the terminal or end a comment. */
function shown(text) {
  return String(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/gu, '?');
}

function say(zh, en) {
  process.stdout.write(`${sentence(zh, en)}\n`);
}

function warn(zh, en) {
  process.stderr.write(`${sentence(zh, en)}\n`);
}

/** Ends the program with a sentence in both languages, or in the one that was asked for. */
class Stop extends Error {
  constructor(exitCode, zh, en) {
    super(sentence(zh, en));
    this.exitCode = exitCode;
  }
}

/** Something stored is not what was written. */
class Damage extends Stop {
  constructor(what, why) {
    super(3, `已损坏或缺失：${shown(what)}（${shown(why)}）`, `Damaged or missing: ${shown(what)} (${shown(why)})`);
  }
}

const usage = () =>
  new Stop(
    2,
    '用法：node recover.mjs [--repository 文件夹] (--list | --check [all] | --sql 文件 | --files 文件夹 | --git 文件夹 | --redis 文件) [--snapshot 编号|latest] ' +
      '(--words-file 文件 | --passphrase-env 变量名) [--vault-words-file 文件 | --vault-passphrase-env 变量名] [--lang zh|en]',
    'Usage: node recover.mjs [--repository DIR] (--list | --check [all] | --sql FILE | --files DIR | --git DIR | --redis FILE) [--snapshot ID|latest] ' +
      '(--words-file F | --passphrase-env N) [--vault-words-file F | --vault-passphrase-env N] [--lang zh|en]',
  );

// ---------------------------------------------------------------------------------------------- small cryptography

const hmac = (key, ...parts) =>
  parts.reduce((mac, part) => mac.update(part), crypto.createHmac('sha256', key)).digest();
const hkdf = (secret, salt, label) => Buffer.from(crypto.hkdfSync('sha256', secret, salt, label, 32));
const equal = (a, b) => a.length === b.length && crypto.timingSafeEqual(a, b);

/** Plaintext, or null when the tag does not match. */
function gcmOpen(key, nonce, aad, sealed) {
  if (sealed.length < 16) return null;
  const decipher = crypto.createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(-16));
  const plain = decipher.update(sealed.subarray(0, -16));
  try {
    decipher.final();
    return plain;
  } catch {
    return null;
  }
}

const PRIVATE_DER = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_DER = Buffer.from('302a300506032b656e032100', 'hex');
const x25519Private = (raw) =>
  crypto.createPrivateKey({ key: Buffer.concat([PRIVATE_DER, raw]), format: 'der', type: 'pkcs8' });
const x25519Public = (raw) =>
  crypto.createPublicKey({ key: Buffer.concat([PUBLIC_DER, raw]), format: 'der', type: 'spki' });
const publicOf = (privateKey) =>
  crypto.createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_DER.length);

/** Null for a key of low order, with which the secret would be known to anyone. */
function sharedSecret(privateKey, raw) {
  try {
    const shared = crypto.diffieHellman({ privateKey, publicKey: x25519Public(raw) });
    return shared.some((byte) => byte !== 0) ? shared : null;
  } catch {
    return null;
  }
}

// ------------------------------------------------------------------------------------------------------ the 24 words

/**
 * The words of a file: typed ones (Chinese, spaces or not, or English; numbers and punctuation are ignored), what the sheet's QR code
 * holds, or the sheet's own text or page file, whose first list of 24 numbered words counts.
 */
function wordsOf(text) {
  const plain = text.normalize('NFKD').toLowerCase();
  const qr = /^\s*shouhu-kit-1:(?:main|vault):[0-9a-f-]{36}:(.*)$/s.exec(plain);
  const typed = (qr?.[1] ?? plain).match(/\p{Script=Han}|(?:(?!\p{Script=Han})[\p{Letter}\p{Mark}])+/gu) ?? [];
  if (typed.length === 24) return typed;
  let list = [];
  for (const [, number, word] of plain.matchAll(
    /(?<!\d)(\d{1,2})\.\s*(\p{Script=Han}|[a-z]+)(?![\p{Letter}\p{Mark}])/gu,
  )) {
    if (Number(number) === 1) list = [];
    if (Number(number) === list.length + 1) list.push(word);
    if (list.length === 24) return list;
  }
  return typed;
}

/** 32 bytes of entropy from the 24 words. */
function entropyOfWords(text, which) {
  const typed = wordsOf(text);
  const isChinese = typed.some((word) => /\p{Script=Han}/u.test(word));
  if (typed.length !== 24) {
    throw new Stop(
      5,
      `${which.zh}应有 24 个词，找到 ${typed.length} 个。`,
      `${which.en}: 24 words expected, ${typed.length} found.`,
    );
  }
  const list = (isChinese ? [...CHINESE.replace(/\s/g, '')] : ENGLISH.trim().split(/\s+/)).map((word) =>
    word.normalize('NFKD'),
  );
  const numbers = typed.map((word, at) => {
    const number = list.indexOf(word);
    if (number < 0) {
      throw new Stop(
        5,
        `${which.zh}的第 ${at + 1} 个词不在词表里。`,
        `${which.en}: word ${at + 1} is not in the word list.`,
      );
    }
    return number;
  });
  const bits = numbers.map((number) => number.toString(2).padStart(11, '0')).join('');
  const bytes = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const entropy = bytes.subarray(0, 32);
  if (crypto.createHash('sha256').update(entropy).digest()[0] !== bytes[32]) throw wrongKey(which);
  return entropy;
}

const wrongKey = (which) =>
  new Stop(
    5,
    `${which.zh}打不开这个仓库。请核对每个词（或口令），以及是否拿错了另一张恢复卡。`,
    `${which.en} does not open this repository. Check every word (or the passphrase), and that it is the right sheet.`,
  );

// ------------------------------------------------------------------------------------------------- header and keys

const canonical = (value) =>
  Array.isArray(value)
    ? `[${value.map(canonical).join(',')}]`
    : value !== null && typeof value === 'object'
      ? `{${Object.keys(value)
          .sort()
          .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)
          .join(',')}}`
      : JSON.stringify(value);

const base64 = (text) => Buffer.from(text, 'base64');

/** Regular files only, and no further than the limit: a pipe or a link that somebody planted must not hang or lead astray. */
function readFileOf(dir, name, maxBytes) {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = fs.constants;
  let fd;
  try {
    fd = fs.openSync(path.join(dir, ...name.split('/')), O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    const info = fs.fstatSync(fd);
    if (!info.isFile()) throw new Damage(name, 'no file');
    if (info.size > maxBytes) throw new Damage(name, 'too long');
    return fs.readFileSync(fd);
  } catch (error) {
    if (error instanceof Stop) throw error;
    throw new Damage(name, error.code === 'ENOENT' || error.code === 'ENOTDIR' ? 'missing' : String(error.code));
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** The folder with shouhu.json: the one that was named, or `shouhu` in it, as a backup makes it on a disk with other things. */
function findRepository(named) {
  const dir = path.resolve(named ?? import.meta.dirname);
  const found = [dir, path.join(dir, 'shouhu')].find((each) => fs.existsSync(path.join(each, 'shouhu.json')));
  if (found === undefined)
    throw new Stop(1, `这个文件夹里没有 shouhu.json：${dir}`, `There is no shouhu.json in this folder: ${dir}`);
  return found;
}

const isShortText = (value) => typeof value === 'string' && value.length < 4096;

function isSlot(slot) {
  if (![slot?.id, slot?.nonce, slot?.wrapped].every(isShortText)) return false;
  if (slot.kind === 'recovery') return isShortText(slot.salt);
  if (slot.kind === 'recipient') return [slot.salt, slot.recipient, slot.ephemeral].every(isShortText);
  const { n, r, p, salt } = slot.kdf ?? {};
  const isPower = Number.isInteger(n) && n >= 2 ** 10 && n <= 2 ** 20 && (n & (n - 1)) === 0;
  const isSmall = [r, p].every(Number.isInteger) && r >= 1 && r <= 32 && p >= 1 && p <= 16;
  // Before anything is proven: no work and no memory beyond these.
  return (
    slot.kind === 'passphrase' &&
    isShortText(salt) &&
    isPower &&
    isSmall &&
    128 * n * r <= 2 ** 29 &&
    n * r * p <= 2 ** 25
  );
}

const isFormerKey = (entry) => [entry?.publicKey, entry?.retiredAt, entry?.nonce, entry?.wrapped].every(isShortText);

/** Keys that the vault had before: there exactly in format 2. */
const areFormerKeys = (format, former) =>
  format === 1
    ? former === undefined
    : Array.isArray(former) && former.length > 0 && former.length <= 64 && former.every(isFormerKey);

const areSlots = (slots) => Array.isArray(slots) && slots.length > 0 && slots.length <= 16 && slots.every(isSlot);

function readHeader(dir) {
  const bytes = readFileOf(dir, 'shouhu.json', MAX_HEADER);
  let header;
  try {
    header = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Damage('shouhu.json', 'JSON');
  }
  if (header?.product !== 'shouhu' || !Number.isInteger(header.format)) throw new Damage('shouhu.json', 'product');
  if (header.format > 2) {
    throw new Stop(
      1,
      `仓库格式 ${header.format} 比本程序新，请用新版。`,
      `Format ${header.format} is newer than this program (2).`,
    );
  }
  const names = 'commitment createdAt format mac product repository slots vault';
  if (Object.keys(header).sort().join(' ') !== names) throw new Damage('shouhu.json', 'fields');
  const { repository, commitment, mac, vault } = header;
  if (![repository, commitment, mac, vault?.publicKey].every(isShortText)) throw new Damage('shouhu.json', 'fields');
  if (!areSlots(header.slots) || !areSlots(vault.slots)) throw new Damage('shouhu.json', 'slots');
  if (!areFormerKeys(header.format, vault.former)) throw new Damage('shouhu.json', 'former keys');
  return header;
}

/** Opens one slot of `guarded` (main or vault) with a passphrase or with the entropy of 24 words; null when none opens. */
function openSlots(header, guarded, { passphrase, entropy }) {
  const slots = guarded === 'main' ? header.slots : header.vault.slots;
  for (const slot of slots) {
    let key = null;
    if (slot.kind === 'passphrase' && passphrase !== undefined) {
      const { n, r, p, salt } = slot.kdf;
      const options = { N: n, r, p, maxmem: 128 * r * (n + p + 2) + 2 ** 25 };
      key = crypto.scryptSync(passphrase.normalize('NFKC'), base64(salt), 32, options);
    } else if (slot.kind === 'recovery' && entropy !== undefined) {
      key = hkdf(entropy, base64(slot.salt), `shouhu-v1 recovery ${guarded}`);
    } else if (slot.kind === 'recipient' && entropy !== undefined && guarded === 'vault') {
      key = recipientKey(slot, entropy);
    }
    if (key === null) continue;
    const aad = Buffer.from(`shouhu-v1 slot\n${header.repository}\n${slot.id}\n${guarded}-${slot.kind}`);
    const secret = gcmOpen(key, base64(slot.nonce), aad, base64(slot.wrapped));
    if (secret !== null) return secret;
  }
  return null;
}

/** What a sheet opens whose words were not there when its slot was made. */
function recipientKey(slot, entropy) {
  const privateKey = x25519Private(hkdf(entropy, base64(slot.salt), 'shouhu-v1 recipient vault'));
  const recipient = publicOf(privateKey);
  if (!equal(recipient, base64(slot.recipient))) return null;
  const ephemeral = base64(slot.ephemeral);
  const shared = sharedSecret(privateKey, ephemeral);
  return shared && hkdf(shared, Buffer.concat([ephemeral, recipient]), 'shouhu-v1 recipient-slot');
}

/** The main keys, and proof that the header is the one that their owner wrote. */
function unlock(header, credential) {
  const master = openSlots(header, 'main', credential);
  if (master === null) throw wrongKey(MAIN);
  const idKey = master.subarray(0, 32);
  const encKey = master.subarray(32, 64);
  const commitment = hmac(master, `shouhu-v1 commitment\n${header.repository}`);
  if (commitment.toString('hex') !== header.commitment) throw new Damage('shouhu.json', 'commitment');
  const macKey = hkdf(encKey, NUL, 'shouhu-v1 header-mac');
  const mac = hmac(macKey, 'shouhu-v1 header\n', canonical({ ...header, mac: '' }));
  if (mac.toString('hex') !== header.mac) throw new Damage('shouhu.json', 'mac');
  return { idKey, encKey, outerKey: hkdf(encKey, NUL, 'shouhu-v1 outer-tag') };
}

function openVault(header, credential) {
  const raw = openSlots(header, 'vault', credential);
  if (raw === null) throw wrongKey(VAULT);
  const present = { privateKey: x25519Private(raw), publicKey: base64(header.vault.publicKey) };
  if (!equal(publicOf(present.privateKey), present.publicKey)) throw new Damage('shouhu.json', 'vault key');
  return [present, ...(header.vault.former ?? []).map((entry) => formerKey(header, raw, present.publicKey, entry))];
}

/** A key that the vault had before: the present private key unwraps it. */
function formerKey({ repository }, raw, present, { publicKey, nonce, wrapped }) {
  const key = hkdf(raw, Buffer.concat([present, base64(publicKey)]), 'shouhu-v1 former-vault');
  const aad = Buffer.from(`shouhu-v1 former-vault\n${repository}\n${publicKey}`);
  const former = gcmOpen(key, base64(nonce), aad, base64(wrapped));
  const privateKey = former?.length === 32 ? x25519Private(former) : null;
  if (privateKey === null || !equal(publicOf(privateKey), base64(publicKey)))
    throw new Damage('shouhu.json', 'former vault key');
  return { privateKey, publicKey: base64(publicKey) };
}

const MAIN = { zh: '主密钥', en: 'The main key' };
const VAULT = { zh: '卡密保险库', en: 'The card vault' };

// ---------------------------------------------------------------------------------------------------------- objects

/**
 * Opens the envelope. `binding` is the 32-byte id, or the manifest's name; `keyOf` depends on the slot. Without a key (a vault object
 * while the vault is closed) lengths and flags are checked, and null is given.
 */
function openObject(what, bytes, kind, binding, keyOf) {
  if (bytes.length < 32 || bytes.toString('latin1', 0, 4) !== 'SHOU') throw new Damage(what, 'not an object');
  if (bytes[4] !== 1 || bytes[5] !== kind || bytes[6] > 1 || bytes[7] > 1 || bytes.readUInt32BE(28) !== 0) {
    throw new Damage(what, 'head');
  }
  const head = bytes.subarray(0, 32);
  const declared = bytes.readBigUInt64BE(8);
  if (declared > BigInt(MAX_PAYLOAD)) throw new Damage(what, 'length');
  const length = Number(declared);
  const { key, start, end } = keyOf(bytes[7], head);
  const body = [];
  let at = start;
  let total = 0;
  for (let index = 0, last = false; !last; index++) {
    if (at + 20 > end) throw new Damage(what, 'cut off');
    const mark = bytes.readUInt32BE(at);
    last = mark >= 0x8000_0000;
    const size = mark % 0x8000_0000;
    total += size;
    if (size > FRAME || (!last && size !== FRAME) || total > length) throw new Damage(what, 'frame');
    if (at + 4 + size + 16 > end) throw new Damage(what, 'cut off');
    if (key === null) {
      at += 20 + size;
      continue;
    }
    const nonce = Buffer.from(head.subarray(16, 28));
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ index) >>> 0, 8);
    const place = Buffer.from([0, 0, 0, 0, last ? 1 : 0]);
    place.writeUInt32BE(index);
    const piece = gcmOpen(key, nonce, Buffer.concat([head, binding, place]), bytes.subarray(at + 4, at + 20 + size));
    if (piece === null) throw new Damage(what, 'tag');
    body.push(piece);
    at += 20 + size;
  }
  if (at !== end) throw new Damage(what, 'bytes at the end');
  if (key === null) return null;
  const packed = Buffer.concat(body);
  let payload = packed;
  if (head[6] === 1) {
    try {
      const unpacked = zlib.zstdDecompressSync(packed, { maxOutputLength: Math.max(1, length), info: true });
      payload = unpacked.buffer;
      // What follows the end of a frame is passed over in silence otherwise.
      if (unpacked.engine.bytesWritten !== packed.length) throw new Error('bytes behind the frame');
    } catch {
      throw new Damage(what, 'zstd');
    }
  }
  if (payload.length !== length) throw new Damage(what, 'length');
  return payload;
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const compact = (at) => `${at.slice(0, 19).replace(/[-:]/g, '')}Z`;

class Repository {
  constructor(dir, keys, vault) {
    Object.assign(this, { dir, keys, vault, bytesRead: 0 });
  }

  read(name, maxBytes = MAX_OBJECT) {
    return readFileOf(this.dir, name, maxBytes);
  }

  /**
   * The payload of a chunk, checked against its name; null for a vault object while the vault is closed, of which everything else was
   * checked. `kind` null: whichever it is.
   */
  chunk(id, wanted) {
    if (!/^[0-9a-f]{64}$/.test(id)) throw new Damage(String(id).slice(0, 80), 'id');
    const name = `chunks/${id.slice(0, 2)}/${id}`;
    const bytes = this.read(name);
    const kind = wanted ?? bytes[5];
    this.bytesRead += bytes.length;
    const idBytes = Buffer.from(id, 'hex');
    const { idKey, encKey, outerKey } = this.keys;
    const payload = openObject(name, bytes, kind, idBytes, (slot, head) => {
      const isEither = kind === KIND.file || kind === KIND.binlog;
      if (!isEither && (slot === 1) !== (kind === KIND.sealedRows)) throw new Damage(name, 'slot');
      if (slot === 0) return { key: hkdf(encKey, idBytes, 'shouhu-v1 object'), start: 32, end: bytes.length };
      const end = bytes.length - 32;
      if (end < 112 || !equal(hmac(outerKey, idBytes, bytes.subarray(0, end)), bytes.subarray(end))) {
        throw new Damage(name, 'outer tag');
      }
      const key = this.vault === null ? null : this.contentKey(name, bytes.subarray(32, 112), idBytes, head);
      return { key, start: 112, end };
    });
    if (payload !== null && !equal(hmac(idKey, Buffer.from([kind]), payload), idBytes))
      throw new Damage(name, 'content');
    return payload;
  }

  /** The random key of a vault object: ephemeral public key 32, wrapped key 48. */
  contentKey(name, seal, idBytes, head) {
    const ephemeral = seal.subarray(0, 32);
    const label = Buffer.concat([Buffer.from('shouhu-v1 vault-seal'), idBytes]);
    for (const { privateKey, publicKey } of this.vault) {
      const shared = sharedSecret(privateKey, ephemeral);
      if (shared === null) continue;
      const key = hkdf(shared, Buffer.concat([ephemeral, publicKey]), label);
      const opened = gcmOpen(key, Buffer.alloc(12), Buffer.concat([head, idBytes]), seal.subarray(32));
      if (opened !== null) return opened;
    }
    throw new Damage(name, 'seal');
  }

  record(id, kind) {
    const payload = this.chunk(id, kind);
    try {
      return JSON.parse(payload.toString('utf8'));
    } catch {
      throw new Damage(id, 'JSON');
    }
  }

  /** Names below a folder of the repository that have the wanted shape, in order; others are not ours. */
  namesIn(folder, shape) {
    try {
      const names = fs.readdirSync(path.join(this.dir, ...folder.split('/')));
      return names.filter((name) => shape.test(name)).sort();
    } catch (error) {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
      throw error;
    }
  }

  /** Names of manifests, oldest first. */
  manifests() {
    return this.namesIn('manifests', new RegExp(`^\\d{8}T\\d{6}Z-${UUID}$`));
  }

  /** Names of stream records. */
  *streams() {
    for (const source of this.namesIn('streams', new RegExp(`^${UUID}$`)))
      for (const file of this.namesIn(`streams/${source}`, new RegExp(`^\\d{12}-${UUID}$`)))
        yield `streams/${source}/${file}`;
  }

  /** Ids of all chunks that are there. */
  *chunks() {
    for (const folder of this.namesIn('chunks', /^[0-9a-f]{2}$/))
      for (const id of this.namesIn(`chunks/${folder}`, /^[0-9a-f]{64}$/)) if (id.startsWith(folder)) yield id;
  }

  /** The payload of an object that is named by place and time. */
  named(name, kind) {
    const bytes = this.read(name, MAX_NAMED);
    this.bytesRead += bytes.length;
    const binding = Buffer.from(name);
    return openObject(name, bytes, kind, binding, (slot) => {
      if (slot !== 0) throw new Damage(name, 'slot');
      return { key: hkdf(this.keys.encKey, binding, 'shouhu-v1 named-object'), start: 32, end: bytes.length };
    });
  }

  manifest(file) {
    const name = `manifests/${file}`;
    const payload = this.named(name, KIND.manifest);
    let manifest;
    try {
      manifest = JSON.parse(payload.toString('utf8'));
    } catch {
      throw new Damage(name, 'JSON');
    }
    const { id, at, databases, tables, source, checks } = manifest;
    if (file.slice(17) !== id || !ISO.test(at) || compact(at) !== file.slice(0, 16)) throw new Damage(name, 'name');
    if (![databases, tables, checks].every(Array.isArray) || !isShortText(source?.name))
      throw new Damage(name, 'content');
    return manifest;
  }

  /** The secret columns' lines: salt and digest come first. */
  sealedText(id) {
    const payload = this.chunk(id, KIND.sealedRows);
    const saltLength = payload[0];
    const flag = payload[1 + saltLength];
    const start = 2 + saltLength + 16 * flag;
    if (!(saltLength === 0 || saltLength === 16) || !(flag === 0 || flag === 1) || start > payload.length)
      throw new Damage(id, 'preamble');
    return payload.subarray(start);
  }
}

// -------------------------------------------------------------------------------------------------------------- SQL

// SQL is built as "one character per byte" (latin1), because rows are bytes in whatever character set their column has.
const latin1 = (text) => Buffer.from(text, 'utf8').toString('latin1');
const quoteName = (name) => latin1(`\`${name.replaceAll('`', '``')}\``);
const plainWord = (text) => (/^[A-Za-z0-9_]+$/.test(text ?? '') ? text : null);

const UNESCAPED = { 0: '\0', b: '\b', t: '\t', n: '\n', r: '\r', Z: '\x1a' };
const unescapeField = (field) => field.replace(/\\(.)/gs, (_, letter) => UNESCAPED[letter] ?? letter);
const hexOf = (field) => `0x${Buffer.from(unescapeField(field), 'latin1').toString('hex')}`;

const words = (text) => new Set(text.split(' '));
const BARE = words('tinyint smallint mediumint int integer bigint decimal numeric year');
/** ASCII that the server parses; as a bare number -0 would lose its sign. */
const PARSED = words('float double real date time datetime timestamp uuid inet4 inet6');

/**
 * One field of a rows line as an SQL literal. The escapes of the lines (\0 \b \t \n \r \Z \\) mean the same in an SQL string,
 * so only quotes are doubled. A value with both a backslash and a byte over 127 is written in hex: a client that believes the
 * file is GBK could take the backslash for half of a character. So is one that is not UTF-8, as the file as a whole then is.
 */
function literal(field, column) {
  if (field === '\\N') return 'NULL';
  const isTricky = /[\x80-\xff]/.test(field) && (field.includes('\\') || !isUtf8(Buffer.from(field, 'latin1')));
  const text = `'${field.replaceAll("'", "''")}'`;
  switch (column.form) {
    case 'bit':
      return /^\d+$/.test(field) ? field : text;
    case 'float':
      return text;
    case 'geometry':
      return field === '' ? "''" : `_binary ${hexOf(field)}`;
    case 'json':
      return isTricky ? `_utf8mb4 ${hexOf(field)}` : text;
    default:
      if (BARE.has(column.dataType)) return /^-?\d+(?:\.\d+)?$/.test(field) ? field : text;
      return PARSED.has(column.dataType) ? text : `_binary ${isTricky ? hexOf(field) : text}`;
  }
}

const NUMBERS = words(
  'tinyint smallint mediumint int integer bigint decimal numeric float double real bit year bool boolean',
);
const ZEROS = {
  date: '0000-00-00',
  datetime: '0000-00-00 00:00:00',
  timestamp: '0000-00-00 00:00:00',
  time: '00:00:00',
  uuid: '00000000-0000-0000-0000-000000000000',
  inet6: '::',
  inet4: '0.0.0.0',
  json: '"[sealed]"',
  set: '',
  // SRID 0 and the WKB of POINT(0 0), escaped as in the rows.
  geometry: `${'\\0'.repeat(4)}\x01\x01${'\\0'.repeat(19)}`,
};

/**
 * What stands in a secret column while the vault is closed, by the number of the row: NULL where it may, else 0, a zero date, the first
 * member of an ENUM, or `[sealed]`. Unique columns get the row's number, or they could not be loaded. As the program Shouhu does it.
 */
function standInFor(column, ddl) {
  const { name, dataType, columnType, nullable, form } = column;
  if (nullable) return () => '\\N';
  const quoted = `\`${name.replaceAll('`', '``')}\``;
  const isUnique = ddl.split('\n').some((line) => /^\s*(?:UNIQUE|PRIMARY) KEY/.test(line) && line.includes(quoted));
  if (NUMBERS.has(dataType)) return (row) => (isUnique ? String(row) : '0');
  // MariaDB's JSON is text under a check.
  const type = ddl.includes(`json_valid(${quoted})`) ? 'json' : form === 'geometry' ? form : dataType;
  const fixed = ZEROS[type];
  if (fixed !== undefined) return () => fixed;
  if (dataType === 'enum') {
    const first = /^enum\('((?:[^']|'')*)'/i.exec(columnType)?.[1] ?? '';
    return () => latin1(first.replaceAll("''", "'").replaceAll('\\', '\\\\'));
  }
  const room = Number(/^\w+\((\d+)\)/.exec(columnType)?.[1] ?? 255);
  // In a short column the number matters more than the word.
  return (row) => (isUnique ? `[sealed]${row}`.slice(-room) : '[sealed]'.slice(0, room));
}

/**
 * A statement in tokens that tile it, or null when a quote or a comment is never closed. Executable comments are SQL. Knows no grammar.
 */
function tokensOf(sql, sqlMode) {
  const modes = (sqlMode ?? '').split(',');
  const escape = modes.includes('NO_BACKSLASH_ESCAPES') ? '' : '\\\\[^]|';
  const inner = (quote, slashes) =>
    `${quote}(?:${slashes}${quote}${quote}|[^${quote}${slashes === '' ? '' : '\\\\'}])*${quote}`;
  const name = modes.includes('ANSI_QUOTES') ? `${inner('`', '')}|${inner('"', '')}` : inner('`', '');
  const string = modes.includes('ANSI_QUOTES') ? inner("'", escape) : `${inner("'", escape)}|${inner('"', escape)}`;
  const shapes = [
    `(?<name>${name})`,
    `(?<string>${string})`,
    '(?<space>\\s+|/\\*(?!!|M!)[^]*?\\*/|#[^\\n]*|--(?=\\s|$)[^\\n]*)',
    '(?<word>[\\w$\\u0080-\\uffff]+)',
    '(?<mark>[^`\'"])',
  ];
  const pattern = new RegExp(shapes.join('|'), 'y');
  const tokens = [];
  while (pattern.lastIndex < sql.length) {
    const found = pattern.exec(sql);
    if (found === null || (found.groups.mark === '/' && /^\/\*(?!!|M!)/.test(sql.slice(found.index, found.index + 4))))
      return null;
    const kind = Object.keys(found.groups).find((each) => found.groups[each] !== undefined);
    tokens.push({
      kind,
      text: found[0],
      isLineStart: /(?:^|\n)[^\S\n]*$/.test(sql.slice(Math.max(0, found.index - 80), found.index)),
    });
  }
  return tokens;
}

const nameIn = ({ kind, text }) => (kind === 'name' ? text.slice(1, -1).replaceAll(text[0].repeat(2), text[0]) : text);

/**
 * Whether a statement out of a record makes the object that it should, and nothing else: it is given to a server by somebody who trusts it. A
 * backslash outside of quotes would be a command to the client (`\!` runs programs). What is in the body of a routine is the shop's.
 */
function isCreateOf({ kind, name, ddl, sqlMode }, database) {
  const all = tokensOf(ddl, sqlMode);
  if (all === null) return false;
  const isClientCommand = ({ kind: each, text, isLineStart }) =>
    (each === 'mark' && text === '\\') || (each === 'word' && isLineStart && /^delimiter$/i.test(text));
  const isSingle = kind === 'table' || kind === 'view' || kind === 'sequence';
  if (all.some((each) => isClientCommand(each) || (isSingle && each.kind === 'mark' && each.text === ';')))
    return false;
  const tokens = all.filter((each) => each.kind !== 'space');
  let at = 0;
  const is = (...wanted) =>
    wanted.every((word, i) => tokens[at + i]?.kind !== 'string' && tokens[at + i]?.text.toUpperCase() === word);
  const skip = (...wanted) => is(...wanted) && ((at += wanted.length), true);
  if (!skip('CREATE')) return false;
  skip('OR', 'REPLACE');
  for (;;) {
    if (skip('ALGORITHM', '=') || skip('SQL', 'SECURITY')) at += 1;
    else if (skip('DEFINER', '=')) {
      at += 1;
      if (skip('@')) at += 1;
      else if (skip('(')) at += 1;
    } else if (!skip('AGGREGATE')) break;
  }
  if (!skip(kind.toUpperCase())) return false;
  skip('IF', 'NOT', 'EXISTS');
  const same = (token, wanted) =>
    (token?.kind === 'name' || token?.kind === 'word') && nameIn(token).toLowerCase() === wanted.toLowerCase();
  if (tokens[at + 1]?.text === '.') return same(tokens[at], database) && same(tokens[at + 2], name);
  return same(tokens[at], name);
}

/**
 * Characters as MariaDB sees them, byte by byte, and how many bytes the longest has. Sets that are not here take every byte. A server
 * would cut off in silence what is no text of its column's set, so such columns become binary before those rows come.
 */
const UTF8 = '[\\0-\\x7f]|[\\xc2-\\xdf][\\x80-\\xbf]|\\xe0[\\xa0-\\xbf][\\x80-\\xbf]|[\\xe1-\\xef][\\x80-\\xbf]{2}';
const UTF8MB4 = `${UTF8}|\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}|[\\xf1-\\xf3][\\x80-\\xbf]{3}|\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}`;
const GBK = '[\\0-\\x7f]|[\\x81-\\xfe][\\x40-\\x7e\\x80-\\xfe]';
const SJIS = '[\\0-\\x7f\\xa1-\\xdf]|[\\x81-\\x9f\\xe0-\\xfc][\\x40-\\x7e\\x80-\\xfc]';
const UJIS = '[\\0-\\x7f]|\\x8e[\\xa1-\\xdf]|\\x8f[\\xa1-\\xfe]{2}|[\\xa1-\\xfe]{2}';
const CHARACTERS = new Map(
  Object.entries({
    utf8: [UTF8, 3],
    utf8mb3: [UTF8, 3],
    utf8mb4: [UTF8MB4, 4],
    gbk: [GBK, 2],
    gb2312: ['[\\0-\\x7f]|[\\xa1-\\xf7][\\xa1-\\xfe]', 2],
    gb18030: [`${GBK}|(?:[\\x81-\\xfe][0-9]){2}`, 4],
    big5: ['[\\0-\\x7f]|[\\xa1-\\xf9][\\x40-\\x7e\\xa1-\\xfe]', 2],
    euckr: ['[\\0-\\x7f]|[\\x81-\\xfe][A-Za-z\\x81-\\xfe]', 2],
    sjis: [SJIS, 2],
    cp932: [SJIS, 2],
    ujis: [UJIS, 3],
    eucjpms: [UJIS, 3],
    ucs2: ['[^]{2}', 2],
    utf16: ['[^\\xd8-\\xdf][^]|[\\xd8-\\xdb][^][\\xdc-\\xdf][^]', 4],
    utf16le: ['[^][^\\xd8-\\xdf]|[^][\\xd8-\\xdb][^][\\xdc-\\xdf]', 4],
    utf32: ['\\0[\\0-\\x10][^]{2}', 4],
  }).map(([set, [shape, width]]) => [set, { pattern: new RegExp(`(?:${shape}){1,1000}`, 'y'), width }]),
);
const OCTET_TYPES = {
  char: 'varbinary',
  varchar: 'varbinary',
  tinytext: 'tinyblob',
  text: 'blob',
  mediumtext: 'mediumblob',
  longtext: 'longblob',
};

function isText(field, { charset, dataType }) {
  const characters = CHARACTERS.get(charset);
  if (characters === undefined || !(dataType in OCTET_TYPES) || field === '\\N') return true;
  const { pattern } = characters;
  const value = unescapeField(field);
  for (let at = 0; at < value.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    if (!pattern.test(value)) return false;
  }
  return true;
}

/** Makes a column binary in a table that is there, and says so: the file stays whole, and nobody is surprised. */
function becomeOctets(sql, { name: table, ddl }, { name, dataType, columnType, charset, nullable }) {
  const type = OCTET_TYPES[dataType];
  const length = Number(/\((\d+)\)/.exec(columnType)?.[1] ?? 1) * CHARACTERS.get(charset).width;
  const quoted = `\`${name.replaceAll('`', '``')}\``;
  const lines = ddl.split('\n').map((line) => line.trim().replace(/,$/, ''));
  const line = lines.find((each) => each.startsWith(`${quoted} `)) ?? '';
  // The default is UTF-8 in the statement and the column's set in the table: kept where both are the same bytes.
  const text = / DEFAULT ('(?:[^'\\]|''|\\.)*')/.exec(line)?.[1];
  const isSame = text !== undefined && (charset.startsWith('utf8') || /^[\x20-\x7e]*$/.test(text));
  const definition =
    (type === 'varbinary' ? `varbinary(${Math.min(length, 65535)})` : type) +
    (nullable ? '' : ' NOT NULL') +
    (isSame && type === 'varbinary' ? ` DEFAULT ${text}` : '');
  const alter = `ALTER TABLE ${quoteName(table)}`;
  for (const key of lines.filter((each) => each.startsWith('FULLTEXT KEY') && each.includes(quoted)))
    sql.write(`${alter} DROP KEY ${latin1(/`(?:[^`]|``)+`/.exec(key)?.[0] ?? '')};\n`);
  sql.write(`${alter} MODIFY ${quoteName(name)} ${latin1(definition)};\n`);
  const what = shown(`${table}.${name}`);
  warn(
    `${what}：有不属于字符集 ${charset} 的字节，已改为二进制列，字节不变。原来的列：${shown(line)}`,
    `${what}: holds bytes that are no ${charset} text; made binary, with the same bytes. It was: ${shown(line)}`,
  );
}

/** Lines of a rows text, without their newline. */
function* lines(what, text) {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf(10, at);
    if (end < 0) throw new Damage(what, 'last line');
    yield text.toString('latin1', at, end);
    at = end + 1;
  }
}

const fieldsOf = (line, columns) => (columns.length === 0 && line === '' ? [] : line.split('\t'));

/** The .sql file: written under another name, renamed when it is complete. */
class SqlFile {
  constructor(file) {
    this.file = file;
    this.partial = `${file}.partial`;
    this.fd = fs.openSync(this.partial, 'w', 0o600);
    this.waiting = [];
    this.size = 0;
    this.database = null;
  }

  /** Makes a database the current one. */
  use(database) {
    if (this.database !== database) this.write(`\nUSE ${quoteName(database)};\n`);
    this.database = database;
  }

  /** `text` is latin1: one character per byte. */
  write(text) {
    this.waiting.push(text);
    this.size += text.length;
    if (this.size > 1024 * 1024) this.flush();
  }

  flush() {
    const bytes = Buffer.from(this.waiting.join(''), 'latin1');
    for (let done = 0; done < bytes.length;) done += fs.writeSync(this.fd, bytes, done);
    this.waiting = [];
    this.size = 0;
  }

  close(isComplete) {
    this.flush();
    fs.fsyncSync(this.fd);
    fs.closeSync(this.fd);
    if (!isComplete) return;
    if (fs.existsSync(this.file)) throw fileExists(this.file);
    fs.renameSync(this.partial, this.file);
  }
}

/** Writes one table; gives the number of rows. Damage is noted in `damages` and the next chunk is tried. */
function writeTable(repository, sql, record, damages) {
  const { schema, ranges } = record;
  const { columns, ddl } = schema;
  if (!isCreateOf({ kind: 'table', name: schema.name, ddl, sqlMode: null }, schema.database))
    throw new Damage(`${schema.database}.${schema.name}`, 'no CREATE TABLE of this table');
  const open = columns.filter((column) => !column.secret);
  const secret = columns.filter((column) => column.secret);
  sql.write(`\n${latin1(ddl)};\n`);
  const insert = `INSERT INTO ${quoteName(schema.name)} (${columns.map(({ name }) => quoteName(name)).join(',')}) VALUES\n`;
  let rows = 0;
  let statement = 0;
  const octets = new Set();
  const standIns = new Map(secret.map((column) => [column, standInFor(column, ddl)]));
  const writeRow = (values) => {
    const tuple = `(${values.join(',')})`;
    const isNew = statement === 0 || statement + tuple.length > 512 * 1024;
    if (isNew && statement > 0) sql.write(';\n');
    sql.write(isNew ? insert + tuple : `,\n${tuple}`);
    statement = (isNew ? insert.length : statement) + tuple.length;
    rows += 1;
  };
  for (const chunk of ranges.flatMap((range) => range.chunks)) {
    try {
      const openText = repository.chunk(chunk.id, KIND.rows);
      const isSealed = chunk.sealedId !== null;
      if (isSealed !== secret.length > 0) throw new Damage(chunk.id, 'sealed columns');
      const sealedText = isSealed && repository.vault ? repository.sealedText(chunk.sealedId) : null;
      // Both texts are counted before anything is written, so that a damaged chunk is left out whole.
      const invalid = new Set();
      for (const text of sealedText === null ? [openText] : [openText, sealedText]) {
        let count = 0;
        for (const line of lines(chunk.id, text)) {
          const width = text === openText ? open : secret;
          const fields = fieldsOf(line, width);
          if (fields.length !== width.length) throw new Damage(chunk.id, 'fields');
          width.forEach((column, at) => {
            if (!octets.has(column) && !isText(fields[at], column)) invalid.add(column);
          });
          count += 1;
        }
        if (count !== chunk.rows) throw new Damage(chunk.id, 'rows');
      }
      if (invalid.size > 0 && statement > 0) {
        sql.write(';\n');
        statement = 0;
      }
      for (const column of invalid) {
        becomeOctets(sql, schema, column);
        octets.add(column);
      }
      const sealedLines = sealedText === null ? null : lines(chunk.id, sealedText);
      for (const line of lines(chunk.id, openText)) {
        const openFields = fieldsOf(line, open);
        const sealedFields = sealedLines === null ? null : fieldsOf(sealedLines.next().value, secret);
        let nextOpen = 0;
        let nextSealed = 0;
        writeRow(
          columns.map((column) => {
            if (!column.secret) return literal(openFields[nextOpen++], column);
            if (sealedFields === null) return literal(standIns.get(column)(rows + 1), column);
            return literal(sealedFields[nextSealed++], column);
          }),
        );
      }
    } catch (error) {
      noteDamage(damages, sql, statement, error);
      statement = 0;
    }
  }
  if (statement > 0) sql.write(';\n');
  return rows;
}

function noteDamage(damages, sql, statement, error) {
  if (!(error instanceof Damage) && !(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
  const message =
    error instanceof Damage ? error.message : `内容无法识别 / content not understood: ${shown(error.message)}`;
  damages.push(message);
  sql.write(`${statement > 0 ? ';\n' : ''}-- DAMAGED: ${latin1(message.replaceAll(/\s+/g, ' '))}\n`);
  process.stderr.write(`${message}\n`);
}

/** A delimiter that does not occur in the statement. */
function delimiterFor(ddl) {
  let mark = ';;';
  for (let n = 0; ddl.includes(mark); n++) mark = `$$${n}$$`;
  return mark;
}

/** An expression for a time zone that the target may not know by name: then its times are those of UTC. */
const zoneOrUtc = (zone) =>
  /^(?:SYSTEM|[+-]\d\d?:\d\d)$/.test(zone)
    ? `'${zone}'`
    : `IF(CONVERT_TZ('2000-01-01 00:00:00', '+00:00', '${zone}') IS NULL, '+00:00', '${zone}')`;

/**
 * A view, routine, trigger or event under the modes, collations and zone that are part of it. `isGuarded`: what the shop itself could not
 * use any more is tried in a way that lets the client go on.
 */
function writeObject(sql, { record, object }, isGuarded = false) {
  const { kind, name, ddl } = object;
  if (!isCreateOf(object, record.name))
    throw new Damage(`${record.name}.${name}`, `no CREATE ${kind.toUpperCase()} of this name`);
  const mode = /^[A-Z0-9_,]*$/i.test(object.sqlMode ?? '') ? (object.sqlMode ?? '') : '';
  const collation = plainWord(object.collationConnection);
  const zone = /^[A-Za-z0-9_+:/-]+$/.test(object.timeZone ?? '') ? object.timeZone : null;
  const written = plainWord(object.databaseCollation);
  const own = plainWord(record.collation);
  const isOther = written !== null && own !== null && written !== own;
  const database = quoteName(record.name);
  sql.use(record.name);
  // The defaults of the database when it was written are part of a routine too.
  if (isOther) sql.write(`\nALTER DATABASE ${database} COLLATE ${written};`);
  sql.write(`\nSET SESSION sql_mode = '${mode}';\n`);
  if (collation !== null) sql.write(`SET collation_connection = '${collation}';\n`);
  if (zone !== null) sql.write(`SET SESSION time_zone = ${zoneOrUtc(zone)};\n`);
  if (isGuarded) {
    const helper = quoteName('shouhu_try_this_view');
    sql.write(
      `DELIMITER ;;\nCREATE PROCEDURE ${helper}()\nBEGIN\n` +
        `  DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT CONVERT(0x${Buffer.from(name).toString('hex')} USING utf8mb4) AS \`view left out: what it needs is not here\`;\n` +
        `  SET @shouhu_view = CONVERT(0x${Buffer.from(ddl).toString('hex')} USING utf8mb4);\n` +
        `  PREPARE shouhu_view FROM @shouhu_view;\n  EXECUTE shouhu_view;\n  DEALLOCATE PREPARE shouhu_view;\nEND\n;;\nDELIMITER ;\n` +
        `CALL ${helper}();\nDROP PROCEDURE ${helper};\n`,
    );
  } else {
    const mark = delimiterFor(ddl);
    sql.write(`DELIMITER ${mark}\n${latin1(ddl)}\n${mark}\nDELIMITER ;\n`);
  }
  if (isOther) sql.write(`ALTER DATABASE ${database} COLLATE ${own};\n`);
  sql.write(`SET SESSION sql_mode = '${SQL_MODE}';\nSET NAMES utf8mb4;\nSET SESSION time_zone = '+00:00';\n`);
}

const SQL_MODE = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';

function createDatabase(sql, { name, ddl, characterSet, collation }) {
  const charset = plainWord(characterSet);
  const order = plainWord(collation);
  const kept = charset !== null && order !== null ? ` CHARACTER SET ${charset} COLLATE ${order}` : '';
  sql.write(`\nCREATE DATABASE IF NOT EXISTS ${quoteName(name)}${kept};\n`);
  const comment = / COMMENT ('(?:[^'\\]|''|\\.)*')/.exec(ddl ?? '')?.[1];
  // MariaDB from 10.5 on; what is behind the mark is a comment to others.
  if (comment !== undefined && !comment.includes('*/'))
    sql.write(`/*M!100500 ALTER DATABASE ${quoteName(name)} COMMENT ${latin1(comment)} */;\n`);
}

function createSequence(sql, database, { name, ddl, sqlMode, nextValue, cycles }) {
  if (!isCreateOf({ kind: 'sequence', name, ddl, sqlMode }, database))
    throw new Damage(`${database}.${name}`, 'no CREATE SEQUENCE');
  sql.write(`\n${latin1(ddl)};\n`);
  if (!/^-?\d+$/.test(nextValue ?? '')) return;
  sql.write(
    /^\d+$/.test(cycles ?? '')
      ? `DO SETVAL(${quoteName(name)}, ${nextValue}, 0, ${cycles});\n`
      : `ALTER SEQUENCE ${quoteName(name)} RESTART WITH ${nextValue};\n`,
  );
}

/** Checks that name tables which the snapshot does not hold although the server had them. */
const LOST_TABLES = ['tables-readable', 'schema-still'];

/** Full names in the facts of checks that did not hold. */
const namedBy = (manifest, ids, fact) =>
  manifest.checks
    .filter(({ id, ok }) => !ok && ids.includes(id))
    .flatMap(({ facts }) => String(facts?.[fact] ?? '').split(', '))
    .filter((name) => name !== '');

/** Behind those it uses: other databases are named in full, the own one is not. */
function inOrder(views) {
  const placed = new Set();
  const ordered = [];
  const uses = (a, b) => {
    const short = `\`${b.object.name.replaceAll('`', '``')}\``;
    const full = `\`${b.record.name.replaceAll('`', '``')}\`.${short}`;
    return a !== b && a.object.ddl.includes(a.record === b.record ? short : full);
  };
  const place = (view) => {
    if (placed.has(view)) return;
    placed.add(view);
    for (const other of views) if (uses(view, other)) place(other);
    ordered.push(view);
  };
  views.forEach(place);
  return ordered;
}

function writeSnapshot(repository, manifest, sql, damages) {
  const secretsWord = repository.vault
    ? 'included'
    : 'left out, vault closed: NULL, or stand-ins where a column must not be NULL';
  sql.write(
    latin1(
      `-- Shouhu snapshot ${manifest.id}, ${manifest.at}; card secrets ${secretsWord}\n` +
        '-- Load with: mysql --default-character-set=utf8mb4 -u root -p < this-file\n',
    ) +
      'SET NAMES utf8mb4;\nSET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0;\n' +
      'SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0;\n' +
      `SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='${SQL_MODE}';\nSET @OLD_TIME_ZONE=@@TIME_ZONE, TIME_ZONE='+00:00';\n`,
  );
  const guarded = (run) => {
    try {
      run();
    } catch (error) {
      noteDamage(damages, sql, 0, error);
    }
  };
  const databases = manifest.databases.map(({ name, schemaChunk }) => {
    let record = { name, characterSet: null, collation: null, objects: [] };
    guarded(() => {
      const read = repository.record(schemaChunk, KIND.schema);
      if (read.name !== name || !Array.isArray(read.objects)) throw new Damage(schemaChunk, 'content');
      record = read;
    });
    return record;
  });
  for (const record of databases) createDatabase(sql, record);
  // A table may take its defaults from a sequence of any database.
  for (const record of databases) {
    for (const sequence of record.objects.filter(({ kind }) => kind === 'sequence')) {
      guarded(() => {
        sql.use(record.name);
        createSequence(sql, record.name, sequence);
      });
    }
  }
  const secrets = [];
  for (const { name } of databases) {
    for (const table of manifest.tables.filter(({ database }) => database === name)) {
      guarded(() => {
        const record = repository.record(table.tableChunk, KIND.table);
        const { schema } = record;
        if (schema.database !== name || schema.name !== table.name) throw new Damage(table.tableChunk, 'name');
        sql.use(name);
        const rows = writeTable(repository, sql, record, damages);
        process.stdout.write(`${shown(`${name}.${table.name}`)}\t${rows}\n`);
        for (const column of schema.columns.filter(({ secret }) => secret))
          secrets.push({ name: `${name}.${table.name}.${column.name}`, nullable: column.nullable });
        if (/\bWITH SYSTEM VERSIONING\b/.test(schema.ddl)) tellHistory(`${name}.${table.name}`);
        if (rows !== table.rows) throw new Damage(`${name}.${table.name}`, `${rows} of ${table.rows} rows`);
      });
    }
  }
  // Views, triggers, routines and events may speak of tables and of each other in any database, so they come last.
  const all = databases.flatMap((record) => record.objects.map((object) => ({ record, object })));
  const of = (...kinds) => all.filter(({ object }) => kinds.includes(object.kind));
  const lost = new Set(namedBy(manifest, LOST_TABLES, 'tables'));
  const views = inOrder(of('view'));
  const broken = brokenViews(manifest, views, lost);
  const isBroken = (view) => broken.has(view);
  const triggers = of('trigger').filter(({ record, object }) => {
    const isLeftOut = lost.has(`${record.name}.${tableOfTrigger(object)}`);
    if (isLeftOut) tellLeftOut(`trigger ${record.name}.${object.name}`);
    return !isLeftOut;
  });
  const soundObjects = [
    ...of('function', 'procedure'),
    ...views.filter((view) => !isBroken(view)),
    ...triggers,
    ...of('event'),
  ];
  for (const each of soundObjects) guarded(() => writeObject(sql, each));
  for (const each of views.filter(isBroken)) {
    guarded(() => writeObject(sql, each, true));
    const view = shown(`${each.record.name}.${each.object.name}`);
    warn(
      `视图 ${view} 用到的东西在店里就已经坏了，或不在快照里；装回时会试着建，建不成就略过。`,
      `View ${view} stands on what was broken in the shop already or is not in the snapshot; loading tries to make it and goes on without.`,
    );
  }
  sql.write(
    '\nSET SQL_MODE=@OLD_SQL_MODE, FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS, UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS, TIME_ZONE=@OLD_TIME_ZONE;\n',
  );
  sql.write(
    damages.length === 0 ? '\n-- Complete.\n' : `\n-- INCOMPLETE: ${damages.length} damaged or missing parts.\n`,
  );
  tellLost(manifest);
  if (repository.vault === null) tellSecrets(secrets);
}

/** Views that a server may refuse: broken in the shop already, or standing on what the backup could not read, or on such a view. */
function brokenViews(manifest, views, lostTables) {
  const named = new Set(namedBy(manifest, ['views-valid'], 'objects'));
  const quoted = (database, name) => [database, name].map((each) => `\`${each.replaceAll('`', '``')}\``).join('.');
  const missing = (manifest.lostObjects ?? []).map(({ database, name }) => quoted(database, name));
  for (const { name } of manifest.databases)
    for (const full of lostTables)
      if (full.startsWith(`${name}.`)) missing.push(quoted(name, full.slice(name.length + 1)));
  const broken = new Set();
  for (let before = -1; before < broken.size;) {
    before = broken.size;
    for (const view of views) {
      const { record, object } = view;
      const isNamed = named.has(`${record.name}.${object.name}`);
      if (broken.has(view) || !(isNamed || missing.some((name) => object.ddl.includes(name)))) continue;
      broken.add(view);
      missing.push(quoted(record.name, object.name));
    }
  }
  return broken;
}

/** The name of the table that a trigger stands on; its database is the trigger's own. */
function tableOfTrigger({ ddl, sqlMode }) {
  const tokens = (tokensOf(ddl, sqlMode) ?? []).filter(({ kind }) => kind !== 'space');
  const on = tokens.findIndex(({ kind, text }) => kind === 'word' && text.toUpperCase() === 'ON');
  const name = tokens[tokens[on + 2]?.text === '.' ? on + 3 : on + 1];
  return on < 0 || name === undefined ? null : nameIn(name);
}

function tellLeftOut(what) {
  warn(
    `${shown(what)}：它所在的表不在快照里，没有写进文件。`,
    `${shown(what)}: its table is not in the snapshot; left out of the file.`,
  );
}

function tellHistory(table) {
  warn(
    `${shown(table)}：系统版本表只有当前的行，历史记录不在快照里。`,
    `${shown(table)}: a system-versioned table; the snapshot has its current rows, not their history.`,
  );
}

/** What the snapshot does not hold although the server had it: nobody may take this for the whole shop. */
function tellLost(manifest) {
  tellSettings(manifest);
  for (const table of namedBy(manifest, LOST_TABLES, 'tables'))
    warn(
      `${shown(table)}：备份时读不出来，快照里没有这张表。`,
      `${shown(table)}: could not be read when the backup was made; not in this snapshot.`,
    );
  for (const { kind, database, name } of manifest.lostObjects ?? []) {
    const what = shown(`${kind} ${database}.${name}`);
    warn(
      `${what}：备份时读不到它的定义，不在快照里。`,
      `${what}: its definition could not be read when the backup was made; not in this snapshot.`,
    );
  }
  if (manifest.accounts !== undefined)
    warn(
      '快照里还有服务器的账号，它们不写进这个文件；需要时请用守护恢复。',
      'The snapshot holds accounts of the server too. They are not in this file: restore them with Shouhu.',
    );
  if (manifest.site !== undefined)
    warn(
      '快照里还有网站文件，用 --files 文件夹 写出来。',
      'The snapshot holds files of the site too: write them with --files DIR.',
    );
}

function tellSettings(manifest) {
  if ((manifest.settings ?? []).length > 0)
    warn(
      '快照里还有网站放在 Redis 里的设置，它们不写进这个文件；请用守护放回去，或用 --redis 写成文本。',
      'The snapshot holds settings that the site keeps in Redis too. They are not in this file: put them back with Shouhu, or write them out with --redis.',
    );
}

function tellSecrets(secrets) {
  say('卡密未包含（保险库未打开）。', 'Card secrets are left out (vault closed).');
  for (const { name, nullable } of secrets)
    say(
      `  ${shown(name)}：${nullable ? 'NULL' : '占位内容（此列不能为 NULL）'}`,
      `  ${shown(name)}: ${nullable ? 'NULL' : 'stand-ins (the column must not be NULL)'}`,
    );
}

// ------------------------------------------------------------------------------------------------------------ check

/** Reads a snapshot's objects, or with `isAll` every object that is there, and names what is damaged or missing. */
function check(repository, files, isAll) {
  const seen = new Set();
  const damaged = [];
  const look = (id, read) => {
    if (seen.has(id)) return null;
    seen.add(id);
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
      damaged.push(id);
      process.stderr.write(`${error.message}\n`);
      return null;
    }
  };
  for (const file of files) {
    const manifest = look(`manifests/${file}`, () => repository.manifest(file));
    if (manifest === null) continue;
    for (const { schemaChunk } of manifest.databases)
      look(schemaChunk, () => repository.chunk(schemaChunk, KIND.schema));
    if (manifest.accounts?.chunk !== undefined)
      look(manifest.accounts.chunk, () => repository.chunk(manifest.accounts.chunk, null));
    for (const { chunk } of [...(manifest.settings ?? []), ...(manifest.site?.history?.packs ?? [])])
      look(chunk, () => repository.chunk(chunk, null));
    for (const { tableChunk } of manifest.tables) {
      const record = look(tableChunk, () => repository.record(tableChunk, KIND.table));
      for (const { id, sealedId } of (record?.ranges ?? []).flatMap(({ chunks }) => chunks)) {
        look(id, () => repository.chunk(id, KIND.rows));
        if (sealedId !== null) look(sealedId, () => repository.chunk(sealedId, KIND.sealedRows));
      }
    }
    for (const page of (manifest.site?.roots ?? []).flatMap(({ pages }) => pages)) {
      const record = look(page, () => repository.record(page, KIND.fileTree));
      for (const { id } of record?.chunks ?? []) look(id, () => repository.chunk(id, KIND.file));
    }
  }
  if (isAll) {
    for (const id of repository.chunks()) look(id, () => repository.chunk(id, null));
    for (const name of repository.streams()) look(name, () => repository.named(name, KIND.stream));
  }
  const megabytes = (repository.bytesRead / 1e6).toFixed(1);
  if (damaged.length > 0) {
    throw new Stop(
      3,
      `检查了 ${seen.size} 个对象（${megabytes} MB），其中 ${damaged.length} 个已损坏或缺失。请用别的副本；有守护时可用 verify 加 --heal-from 修好。`,
      `Checked ${seen.size} objects (${megabytes} MB): ${damaged.length} are damaged or missing. Use another copy, or mend this one with Shouhu (verify --heal-from).`,
    );
  }
  say(
    `检查了 ${seen.size} 个对象（${megabytes} MB），全部完好。`,
    `Checked ${seen.size} objects (${megabytes} MB): all are sound.`,
  );
  if (repository.vault === null)
    say(
      '卡密的对象只核对了字节是否原样，没有打开（保险库未打开）。',
      'Objects with card secrets were proven to be unchanged, and not opened (vault closed).',
    );
}

// ------------------------------------------------------------------------------------------------------ site files

/** Bytes that a page says as text, or in base64 where they are no UTF-8. */
function bytesIn(text, raw) {
  if (typeof text === 'string' && raw === undefined) {
    const bytes = Buffer.from(text, 'utf8');
    return bytes.toString('utf8') === text ? bytes : null;
  }
  if (typeof raw !== 'string' || text !== undefined) return null;
  const bytes = Buffer.from(raw, 'base64');
  return isUtf8(bytes) ? null : bytes;
}

/** Nothing that leads anywhere but down. */
function isPath(bytes) {
  if (bytes === null || bytes.length === 0 || bytes.length > 4096 || bytes.includes(0)) return false;
  return bytes
    .toString('latin1')
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..');
}

/** A slash is less than any other byte: a folder stands before what is in it. */
function comparePaths(a, b) {
  for (let at = 0; at < Math.min(a.length, b.length); at++)
    if (a[at] !== b[at]) return a[at] === 47 ? -1 : b[at] === 47 ? 1 : a[at] - b[at];
  return a.length - b.length;
}

/** A path as this system can have it: bytes where names are bytes, else text. */
function placeOf(dir, bytes) {
  if (process.platform === 'linux') return Buffer.concat([Buffer.from(`${dir}/`), bytes]);
  const names = bytes.toString('latin1').split('/');
  return path.join(dir, ...names.map((name) => nameHere(Buffer.from(name, 'latin1'))));
}

function nameHere(bytes) {
  let text = bytes.toString('utf8');
  if (!isUtf8(bytes)) {
    try {
      text = new TextDecoder('gbk', { fatal: true }).decode(bytes);
    } catch {
      text = bytes.toString('hex');
    }
  }
  if (process.platform !== 'win32') return text;
  // eslint-disable-next-line no-control-regex -- these are what Windows refuses
  const plain = text.replace(/[<>:"\\|?*\x00-\x1f]/g, '_').replace(/[. ]+$/, '_');
  return /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(plain) ? `_${plain}` : plain;
}

const shownPath = (bytes) => shown(bytes.toString('utf8'));

/** The entries of one folder's tree in order, each with its path and its page's chunks; a page that cannot be read is damage, and the rest goes on. */
function* entriesOf(repository, pages, damages) {
  let before = null;
  let folders = [''];
  for (const id of pages) {
    let page;
    try {
      page = repository.record(id, KIND.fileTree);
      if (!Array.isArray(page.entries) || !Array.isArray(page.chunks)) throw new Damage(id, 'content');
    } catch (error) {
      tellDamage(error, damages);
      // What is in a folder whose own entry is gone cannot be placed safely: only what lies beside is looked at further.
      continue;
    }
    for (const entry of page.entries) {
      const bytes = bytesIn(entry.path, entry.rawPath);
      if (!isPath(bytes) || (before !== null && comparePaths(before, bytes) >= 0)) throw new Damage(id, 'content');
      before = bytes;
      const name = bytes.toString('latin1');
      const parent = name.slice(0, name.lastIndexOf('/') + 1);
      const depth = folders.indexOf(parent);
      if (depth < 0) {
        tellDamage(new Damage(shownPath(bytes), 'no folder'), damages);
        continue;
      }
      folders = folders.slice(0, depth + 1);
      if (entry.type === 'folder') folders.push(`${name}/`);
      yield { bytes, entry, chunks: page.chunks };
    }
  }
}

function tellDamage(error, damages) {
  if (!(error instanceof Stop)) throw error;
  damages.push(error.message);
  process.stderr.write(`${error.message}\n`);
}

/** A file under another name until all of it is there and its hash is that of the backup. */
function writeSiteFile(repository, dir, { bytes, entry, chunks }, recent) {
  const what = shownPath(bytes);
  const goal = placeOf(dir, bytes);
  const partial = path.join(dir, '.recover.partial');
  const handle = fs.openSync(partial, 'wx', 0o600);
  const hash = crypto.createHash('sha256');
  let size = 0;
  try {
    for (const [number, at, length] of entry.pieces) {
      const id = chunks[number]?.id;
      // The last chunk is kept: small files lie in one behind each other.
      if (recent.id !== id) Object.assign(recent, { payload: repository.chunk(id, KIND.file), id });
      const piece = recent.payload?.subarray(at, at + length);
      if (piece?.length !== length) throw new Damage(what, 'pieces');
      fs.writeSync(handle, piece);
      hash.update(piece);
      size += length;
    }
    if (size !== entry.size || hash.digest('base64') !== entry.sha256) throw new Damage(what, 'sha256');
    // Bits that lend an owner's rights are nothing without the owner.
    fs.fchmodSync(handle, (entry.mode & 0o777) | 0o600);
    fs.futimesSync(handle, entry.mtime, entry.mtime);
  } catch (error) {
    fs.closeSync(handle);
    fs.unlinkSync(partial);
    throw error;
  }
  fs.closeSync(handle);
  if (fs.existsSync(goal)) throw new Damage(what, 'two names in one place');
  fs.renameSync(partial, goal);
}

function writeSite(repository, file, wanted) {
  const manifest = repository.manifest(file);
  const roots = manifest.site?.roots;
  if (!Array.isArray(roots)) throw new Stop(1, '这个快照里没有网站文件。', 'This snapshot holds no files of the site.');
  const dir = path.resolve(wanted);
  fs.mkdirSync(dir, { recursive: true });
  if (fs.readdirSync(dir).length > 0) throw fileExists(wanted);
  const damages = [];
  let count = 0;
  for (const root of roots) {
    const name =
      String(root.folder)
        .replace(/[^\p{L}\p{N}.-]+/gu, '_')
        .replace(/^[_.]+/, '') || 'site';
    const own = roots.length === 1 ? dir : path.join(dir, name);
    fs.mkdirSync(own, { recursive: true });
    const [links, folders, recent] = [[], [], {}];
    for (const item of entriesOf(repository, root.pages, damages)) {
      const { bytes, entry } = item;
      try {
        if (entry.type === 'folder') {
          fs.mkdirSync(placeOf(own, bytes), { mode: 0o700 });
          folders.push(item);
        } else if (entry.type === 'link') {
          links.push(item);
        } else if (entry.type === 'file') {
          writeSiteFile(repository, own, item, recent);
          count += 1;
          if (entry.changed === true)
            warn(`${shownPath(bytes)}：备份时正在变化。`, `${shownPath(bytes)}: was changing during the backup.`);
        } else {
          warn(`${shownPath(bytes)}：备份时没有读到。`, `${shownPath(bytes)}: the backup could not read it.`);
        }
      } catch (error) {
        tellDamage(error, damages);
      }
    }
    // Links come last, so that nothing was written through one.
    for (const { bytes, entry } of links) {
      const target = bytesIn(entry.target, entry.rawTarget);
      try {
        if (target === null) throw new Damage(shownPath(bytes), 'target');
        fs.symlinkSync(process.platform === 'linux' ? target : nameHere(target), placeOf(own, bytes));
      } catch (error) {
        if (error instanceof Stop) tellDamage(error, damages);
        else warn(`${shownPath(bytes)}：这里不能建立链接。`, `${shownPath(bytes)}: no link can be made here.`);
      }
    }
    if (process.platform === 'win32') continue;
    for (const { bytes, entry } of folders.reverse()) {
      fs.chmodSync(placeOf(own, bytes), (entry.mode & 0o777) | 0o700);
      fs.utimesSync(placeOf(own, bytes), entry.mtime, entry.mtime);
    }
  }
  if (damages.length > 0)
    throw new Stop(
      3,
      `有 ${damages.length} 处损坏或缺失；能读出的 ${count} 个文件在 ${wanted}。请换一个副本再试。`,
      `${damages.length} parts are damaged or missing; the ${count} files that could be read are in ${wanted}. Try another copy.`,
    );
  say(`完成：${count} 个文件已写入 ${wanted}`, `Done: ${count} files are in ${wanted}`);
}

// -------------------------------------------------------------------------------------------------------------- git

const GIT_TYPES = { 1: 'commit', 2: 'tree', 3: 'blob' };
const sha1 = (...parts) => parts.reduce((hash, part) => hash.update(part), crypto.createHash('sha1')).digest();

function inflate(id, bytes, size) {
  try {
    // One octet more than promised, so that what is longer is seen and not cut.
    const { buffer, engine } = zlib.inflateSync(bytes, { info: true, maxOutputLength: size + 1 });
    if (buffer.length === size) return { content: buffer, length: engine.bytesWritten };
  } catch {
    // Said below.
  }
  throw new Damage(id, 'zlib');
}

/** The objects of a pack, each named by its content, with its place and CRC for the index. */
function* objectsOf(id, pack) {
  const end = pack.length - 20;
  if (end < 12 || pack.toString('latin1', 0, 4) !== 'PACK' || pack.readUInt32BE(4) !== 2) throw new Damage(id, 'pack');
  if (!equal(sha1(pack.subarray(0, end)), pack.subarray(end))) throw new Damage(id, 'trailer');
  let at = 12;
  for (let left = pack.readUInt32BE(8); left > 0; left -= 1) {
    const start = at;
    let octet = pack[at++];
    const type = GIT_TYPES[(octet >> 4) & 7];
    let size = octet & 15;
    for (let weight = 16; octet >= 128; weight *= 128) {
      if (at >= end || weight > 2 ** 40) throw new Damage(id, 'size');
      octet = pack[at++];
      size += (octet & 127) * weight;
    }
    if (type === undefined || at >= end || size > MAX_PAYLOAD) throw new Damage(id, 'object');
    const { content, length } = inflate(id, pack.subarray(at, end), size);
    at += length;
    const oid = sha1(`${type} ${size}\0`, content).toString('hex');
    yield { oid, type, content, start, crc: zlib.crc32(pack.subarray(start, at)) };
  }
  if (at !== end) throw new Damage(id, 'number of objects');
}

/** Git's index of a pack, version 2. Our packs are smaller than 2 GiB, so there are no long offsets. */
function indexOf(objects, trailer) {
  const sorted = objects.toSorted((a, b) => (a.oid < b.oid ? -1 : 1));
  const u32 = (numbers) => {
    const bytes = Buffer.alloc(numbers.length * 4);
    numbers.forEach((number, place) => bytes.writeUInt32BE(number, place * 4));
    return bytes;
  };
  const counts = new Array(256).fill(0);
  for (const { oid } of sorted) counts[parseInt(oid.slice(0, 2), 16)] += 1;
  let sum = 0;
  const body = Buffer.concat([
    Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]),
    u32(counts.map((each) => (sum += each))),
    Buffer.from(sorted.map(({ oid }) => oid).join(''), 'hex'),
    u32(sorted.map(({ crc }) => crc)),
    u32(sorted.map(({ start }) => start)),
    trailer,
  ]);
  return Buffer.concat([body, sha1(body)]);
}

/** Sees that all is there that a commit and those before it need (FORMAT.md, MUST 71). Returns how many commits these are. */
function walkHistory(last, contents, blobs) {
  const seen = new Set();
  const need = (oid, type) => {
    const found = contents.get(oid);
    if (found?.type !== type) throw new Damage(`git ${oid}`, 'missing');
    return found.content;
  };
  let commits = 0;
  for (let next = last; next !== undefined && !seen.has(next); commits += 1) {
    seen.add(next);
    const [, tree, parent] =
      /^tree ([0-9a-f]{40})\n(?:parent ([0-9a-f]{40})\n)?author /.exec(need(next, 'commit').toString('latin1')) ?? [];
    if (tree === undefined) throw new Damage(`git ${next}`, 'commit');
    const waiting = [tree];
    for (let oid = waiting.pop(); oid !== undefined; oid = waiting.pop()) {
      if (seen.has(oid)) continue;
      seen.add(oid);
      const content = need(oid, 'tree');
      for (let at = 0; at < content.length;) {
        const nul = content.indexOf(0, at);
        if (nul < 0 || nul + 21 > content.length) throw new Damage(`git ${oid}`, 'tree');
        const child = content.toString('hex', nul + 1, nul + 21);
        if (content.toString('latin1', at, at + 6) === '40000 ') waiting.push(child);
        else if (!blobs.has(child)) throw new Damage(`git ${child}`, 'missing');
        at = nul + 21;
      }
    }
    next = parent;
  }
  return commits;
}

/** The branch comes last, and of a repository that does not become whole nothing stays: it is not encrypted any more. */
function writeGit(repository, file, wanted) {
  const history = repository.manifest(file).site?.history;
  if (!Array.isArray(history?.packs) || !/^[0-9a-f]{40}$/.test(history.commit))
    throw new Stop(1, '这个快照里没有配置和代码的历史。', 'This snapshot holds no history of config and code.');
  const dir = path.resolve(wanted);
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (fs.readdirSync(dir).length > 0) throw fileExists(wanted);
  try {
    for (const folder of ['objects/pack', 'objects/info', 'refs/heads', 'refs/tags'])
      fs.mkdirSync(path.join(dir, folder), { recursive: true, mode: 0o700 });
    const write = (name, content, mode = 0o600) =>
      fs.writeFileSync(path.join(dir, name), content, { mode, flag: 'wx' });
    write('config', '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n');
    write('HEAD', 'ref: refs/heads/main\n');
    const [contents, blobs] = [new Map(), new Set()];
    for (const { chunk } of history.packs) {
      const pack = repository.chunk(chunk, KIND.gitPack);
      const objects = [];
      for (const { oid, type, content, start, crc } of objectsOf(chunk, pack)) {
        objects.push({ oid, start, crc });
        if (type === 'blob') blobs.add(oid);
        else contents.set(oid, { type, content });
      }
      const trailer = pack.subarray(pack.length - 20);
      const name = `objects/pack/pack-${trailer.toString('hex')}`;
      write(`${name}.pack`, pack, 0o400);
      write(`${name}.idx`, indexOf(objects, trailer), 0o400);
    }
    const commits = walkHistory(history.commit, contents, blobs);
    write('refs/heads/main', `${history.commit}\n`);
    say(`完成：${commits} 次提交已写入 ${wanted}`, `Done: ${commits} commits are in ${wanted}`);
  } catch (error) {
    // Empty before, so all of it is ours.
    for (const name of fs.readdirSync(dir)) fs.rmSync(path.join(dir, name), { recursive: true, force: true });
    throw error;
  }
}

// ------------------------------------------------------------------------------------------------ settings in Redis

/** Text where it is text; octets that are not are said to be base64, so that nothing is guessed. */
function readable(text) {
  const bytes = Buffer.from(text, 'base64');
  return isUtf8(bytes) ? bytes.toString('utf8') : { base64: text };
}

const REDIS_CONTENT = {
  string: ({ value }) => readable(value),
  list: ({ values }) => values.map(readable),
  set: ({ members }) => members.map(readable),
  zset: ({ members }) => members.map(([member, score]) => [readable(member), score]),
  hash: ({ fields }) => fields.map(([field, value]) => [readable(field), readable(value)]),
};

/** One line of JSON for each key. */
function writeRedis(repository, file, wanted) {
  const settings = repository.manifest(file).settings ?? [];
  if (settings.length === 0)
    throw new Stop(1, '这个快照里没有 Redis 里的设置。', 'This snapshot holds no settings of Redis.');
  if (fs.existsSync(wanted)) throw fileExists(wanted);
  const lines = settings.flatMap(({ id, chunk }) => {
    const { database, keys } = repository.record(chunk, KIND.settings);
    if (!Array.isArray(keys)) throw new Damage(chunk, 'content');
    return keys.map(({ name, expiresAt, content }) => {
      if (!Object.hasOwn(REDIS_CONTENT, content?.type)) throw new Damage(chunk, 'content');
      const value = REDIS_CONTENT[content.type](content);
      return `${JSON.stringify({ item: id, database, key: readable(name), expiresAt, type: content.type, value })}\n`;
    });
  });
  // All is read and proven before the first octet is written.
  const partial = `${wanted}.partial`;
  fs.writeFileSync(partial, lines.join(''), { mode: 0o600, flag: 'wx', flush: true });
  fs.renameSync(partial, wanted);
  say(`完成：${lines.length} 个键已写入 ${wanted}`, `Done: ${lines.length} keys are in ${wanted}`);
}

// ------------------------------------------------------------------------------------------------------------- main

const fileExists = (file) =>
  new Stop(5, `文件已存在，没有覆盖：${file}`, `The file exists and was not overwritten: ${file}`);

function wordsIn(file) {
  try {
    if (fs.statSync(file).size > 1024 * 1024) throw new Error('too long');
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new Stop(
      2,
      `读不了文件 ${file}（${error.code ?? error.message}）。`,
      `Cannot read the file ${file} (${error.code ?? error.message}).`,
    );
  }
}

function credentialFrom(wordsFile, variable, which) {
  if (wordsFile !== undefined) return { entropy: entropyOfWords(wordsIn(wordsFile), which) };
  if (variable === undefined) return null;
  const passphrase = process.env[variable];
  if (passphrase === undefined || passphrase === '') {
    throw new Stop(2, `环境变量 ${variable} 是空的。`, `The environment variable ${variable} is empty.`);
  }
  return { passphrase };
}

function list(repository) {
  let damaged = 0;
  for (const file of repository.manifests()) {
    try {
      const { id, at, source, tables } = repository.manifest(file);
      const rows = tables.reduce((sum, table) => sum + table.rows, 0);
      process.stdout.write(`${id}  ${at}  ${shown(source.name)}  ${tables.length} tables  ${rows} rows\n`);
    } catch (error) {
      damaged += 1;
      process.stderr.write(`${error instanceof Stop ? error.message : `${file}: ${shown(error.message)}`}\n`);
    }
  }
  if (damaged > 0) throw new Stop(3, `有 ${damaged} 份清单读不出。`, `${damaged} manifests cannot be read.`);
}

/**
 * The manifest of the snapshot that was taken last (FORMAT.md, MUST 20a). A clock may have been ahead for a night: a snapshot that another of its source
 * names as `previous` is older than that one, whatever the names say. One that cannot be read counts by its name.
 */
function latestOf(repository, files) {
  const nodes = files.map((file) => datedNode(repository, file));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const node of nodes) {
    node.parent = node.previous === null ? undefined : byId.get(node.previous);
    if (node.parent !== undefined) node.parent.waiting += 1;
  }
  // From the ends of the chains backwards. Links that go round in a circle are forged and never followed.
  const backwards = nodes.filter(({ waiting }) => waiting === 0);
  for (const { parent } of backwards) {
    if (parent === undefined) continue;
    parent.waiting -= 1;
    if (parent.waiting === 0) backwards.push(parent);
  }
  // Of two clocks that disagreed the earlier one, but none that says that this was before its previous.
  for (const node of backwards.toReversed())
    node.notAfterMs = node.clocksMs.find((ms) => !(ms <= node.parent?.notAfterMs)) ?? node.notAfterMs;
  for (const { parent, notAfterMs } of backwards)
    if (parent !== undefined) parent.notAfterMs = Math.min(parent.notAfterMs, notAfterMs - 1);
  const latest = nodes.reduce((best, node) => (node.notAfterMs >= best.notAfterMs ? node : best));
  if (latest.file !== files.at(-1)) {
    warn(
      `${latest.file.slice(0, 16)} 是最后做的快照。名字上时间更晚的是在它之前做的，当时时钟不准；要用那个，请写 --snapshot 编号。`,
      `The snapshot that was taken last is ${latest.file.slice(0, 16)}. One that bears a later time is older: a clock was wrong. To use that one, give --snapshot ID.`,
    );
  }
  return latest.file;
}

function datedNode(repository, file) {
  const node = { file, id: file, previous: null, parent: undefined, waiting: 0 };
  try {
    const { id, at, source, previous, checks } = repository.manifest(file);
    const atMs = Date.parse(at);
    const apartBy = (check) => {
      const apartMs = checks.find((each) => each?.id === check)?.facts?.apartMs;
      return typeof apartMs === 'number' && apartMs > 0 ? apartMs : 0;
    };
    const serverMs = atMs - apartBy('clock-ahead') + apartBy('clock-behind');
    const clocksMs = [Math.min(atMs, serverMs), Math.max(atMs, serverMs)];
    const chained = typeof previous === 'string' ? `${source.id} ${previous}` : null;
    return { ...node, id: `${source.id} ${id}`, previous: chained, clocksMs, notAfterMs: clocksMs[0] };
  } catch {
    // If it is the latest, reading it says what is wrong with it.
    const iso = file.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, '$1-$2-$3T$4:$5:$6Z');
    return { ...node, clocksMs: [Date.parse(iso)], notAfterMs: Date.parse(iso) };
  }
}

/** The file name of the wanted manifest. An id may be shortened as long as it is the only one. */
function choose(repository, wanted) {
  const files = repository.manifests();
  if (wanted === 'latest' && files.length > 0) return latestOf(repository, files);
  const found = wanted === 'latest' ? [] : files.filter((file) => file.slice(17).startsWith(wanted.toLowerCase()));
  if (found.length === 1) return found[0];
  const which = shown(wanted);
  throw found.length === 0
    ? new Stop(
        1,
        `找不到快照 ${which}（共有 ${files.length} 个，用 --list 查看）。`,
        `There is no snapshot ${which} (there are ${files.length}; see --list).`,
      )
    : new Stop(
        1,
        `有 ${found.length} 个快照的编号以 ${which} 开头，请多写几位。`,
        `${found.length} snapshots have ids that begin with ${which}: give more of it.`,
      );
}

function readOptions() {
  try {
    const text = { type: 'string' };
    const flag = { type: 'boolean' };
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        repository: text,
        list: flag,
        check: flag,
        snapshot: text,
        sql: text,
        files: text,
        git: text,
        redis: text,
        'passphrase-env': text,
        'words-file': text,
        'vault-passphrase-env': text,
        'vault-words-file': text,
        lang: text,
      },
    });
    if (values.lang !== undefined && values.lang !== 'zh' && values.lang !== 'en') throw usage();
    language = values.lang ?? 'both';
    const isAll = positionals.length === 1 && positionals[0] === 'all' && values.check === true;
    const asked = [values.list, values.check, values.sql, values.files, values.git, values.redis].filter(
      (each) => each !== undefined,
    );
    if (asked.length !== 1 || (positionals.length > 0 && !isAll)) throw usage();
    return { ...values, isAll };
  } catch {
    throw usage();
  }
}

/** A later Shouhu leaves its own edition of this program beside the one that the copy was made with. */
function tellNewer(dir) {
  const editions = fs.readdirSync(dir).flatMap((name) => {
    const edition = /^recover-(\d{1,6})-[0-9a-f]{8}\.mjs$/.exec(name)?.[1];
    return edition === undefined ? [] : [{ name, edition: Number(edition) }];
  });
  const [newest] = editions.sort((a, b) => b.edition - a.edition);
  if (newest === undefined || newest.edition <= EDITION) return;
  warn(
    `这里还有本程序的新版：${newest.name}。这一版读不了的，请用新版再试。`,
    `A newer edition of this program lies here: ${newest.name}. Try it for what this one cannot read.`,
  );
}

function main() {
  if (typeof zlib.zstdDecompressSync !== 'function') {
    throw new Stop(
      1,
      `需要 Node.js 22.15 或更新版本，现在是 ${process.version}。`,
      `Node.js 22.15 or newer is needed; this is ${process.version}.`,
    );
  }
  const options = readOptions();
  const dir = findRepository(options.repository);
  const header = readHeader(dir);
  const credential = credentialFrom(options['words-file'], options['passphrase-env'], MAIN);
  if (credential === null) throw usage();
  const keys = unlock(header, credential);
  tellNewer(dir);
  const vaultCredential = credentialFrom(options['vault-words-file'], options['vault-passphrase-env'], VAULT);
  const repository = new Repository(dir, keys, vaultCredential && openVault(header, vaultCredential));
  const wanted = options.snapshot ?? 'latest';
  if (options.list === true) list(repository);
  else if (options.check === true)
    check(repository, options.isAll ? repository.manifests() : [choose(repository, wanted)], options.isAll);
  else if (options.files !== undefined) writeSite(repository, choose(repository, wanted), options.files);
  else if (options.git !== undefined) writeGit(repository, choose(repository, wanted), options.git);
  else if (options.redis !== undefined) writeRedis(repository, choose(repository, wanted), options.redis);
  else exportSql(repository, choose(repository, wanted), options.sql);
}

function exportSql(repository, file, path) {
  if (fs.existsSync(path)) throw fileExists(path);
  const manifest = repository.manifest(file);
  const damages = [];
  const sql = new SqlFile(path);
  writeSnapshot(repository, manifest, sql, damages);
  sql.close(damages.length === 0);
  if (damages.length > 0) {
    throw new Stop(
      3,
      `有 ${damages.length} 处损坏或缺失；能读出的已写入 ${sql.partial}，它不完整。请换一个副本再试。`,
      `${damages.length} parts are damaged or missing. What could be read is in ${sql.partial}, which is not complete. Try another copy.`,
    );
  }
  say(`完成：快照 ${manifest.at} 已写入 ${path}`, `Done: snapshot ${manifest.at} is in ${path}`);
}

// The word lists of BIP39 (Bitcoin Improvement Proposal 39), English and Simplified Chinese, 2048 words each, in order.
const ENGLISH = `
abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve acid
acoustic acquire across act action actor actress actual adapt add addict address adjust admit adult advance advice
aerobic affair afford afraid again age agent agree ahead aim air airport aisle alarm album alcohol alert alien all
alley allow almost alone alpha already also alter always amateur amazing among amount amused analyst anchor ancient
anger angle angry animal ankle announce annual another answer antenna antique anxiety any apart apology appear apple
approve april arch arctic area arena argue arm armed armor army around arrange arrest arrive arrow art artefact artist
artwork ask aspect assault asset assist assume asthma athlete atom attack attend attitude attract auction audit august
aunt author auto autumn average avocado avoid awake aware away awesome awful awkward axis baby bachelor bacon badge
bag balance balcony ball bamboo banana banner bar barely bargain barrel base basic basket battle beach bean beauty
because become beef before begin behave behind believe below belt bench benefit best betray better between beyond
bicycle bid bike bind biology bird birth bitter black blade blame blanket blast bleak bless blind blood blossom blouse
blue blur blush board boat body boil bomb bone bonus book boost border boring borrow boss bottom bounce box boy
bracket brain brand brass brave bread breeze brick bridge brief bright bring brisk broccoli broken bronze broom
brother brown brush bubble buddy budget buffalo build bulb bulk bullet bundle bunker burden burger burst bus business
busy butter buyer buzz cabbage cabin cable cactus cage cake call calm camera camp can canal cancel candy cannon canoe
canvas canyon capable capital captain car carbon card cargo carpet carry cart case cash casino castle casual cat
catalog catch category cattle caught cause caution cave ceiling celery cement census century cereal certain chair
chalk champion change chaos chapter charge chase chat cheap check cheese chef cherry chest chicken chief child chimney
choice choose chronic chuckle chunk churn cigar cinnamon circle citizen city civil claim clap clarify claw clay clean
clerk clever click client cliff climb clinic clip clock clog close cloth cloud clown club clump cluster clutch coach
coast coconut code coffee coil coin collect color column combine come comfort comic common company concert conduct
confirm congress connect consider control convince cook cool copper copy coral core corn correct cost cotton couch
country couple course cousin cover coyote crack cradle craft cram crane crash crater crawl crazy cream credit creek
crew cricket crime crisp critic crop cross crouch crowd crucial cruel cruise crumble crunch crush cry crystal cube
culture cup cupboard curious current curtain curve cushion custom cute cycle dad damage damp dance danger daring dash
daughter dawn day deal debate debris decade december decide decline decorate decrease deer defense define defy degree
delay deliver demand demise denial dentist deny depart depend deposit depth deputy derive describe desert design desk
despair destroy detail detect develop device devote diagram dial diamond diary dice diesel diet differ digital dignity
dilemma dinner dinosaur direct dirt disagree discover disease dish dismiss disorder display distance divert divide
divorce dizzy doctor document dog doll dolphin domain donate donkey donor door dose double dove draft dragon drama
drastic draw dream dress drift drill drink drip drive drop drum dry duck dumb dune during dust dutch duty dwarf
dynamic eager eagle early earn earth easily east easy echo ecology economy edge edit educate effort egg eight either
elbow elder electric elegant element elephant elevator elite else embark embody embrace emerge emotion employ empower
empty enable enact end endless endorse enemy energy enforce engage engine enhance enjoy enlist enough enrich enroll
ensure enter entire entry envelope episode equal equip era erase erode erosion error erupt escape essay essence estate
eternal ethics evidence evil evoke evolve exact example excess exchange excite exclude excuse execute exercise exhaust
exhibit exile exist exit exotic expand expect expire explain expose express extend extra eye eyebrow fabric face
faculty fade faint faith fall false fame family famous fan fancy fantasy farm fashion fat fatal father fatigue fault
favorite feature february federal fee feed feel female fence festival fetch fever few fiber fiction field figure file
film filter final find fine finger finish fire firm first fiscal fish fit fitness fix flag flame flash flat flavor
flee flight flip float flock floor flower fluid flush fly foam focus fog foil fold follow food foot force forest
forget fork fortune forum forward fossil foster found fox fragile frame frequent fresh friend fringe frog front frost
frown frozen fruit fuel fun funny furnace fury future gadget gain galaxy gallery game gap garage garbage garden garlic
garment gas gasp gate gather gauge gaze general genius genre gentle genuine gesture ghost giant gift giggle ginger
giraffe girl give glad glance glare glass glide glimpse globe gloom glory glove glow glue goat goddess gold good goose
gorilla gospel gossip govern gown grab grace grain grant grape grass gravity great green grid grief grit grocery group
grow grunt guard guess guide guilt guitar gun gym habit hair half hammer hamster hand happy harbor hard harsh harvest
hat have hawk hazard head health heart heavy hedgehog height hello helmet help hen hero hidden high hill hint hip hire
history hobby hockey hold hole holiday hollow home honey hood hope horn horror horse hospital host hotel hour hover
hub huge human humble humor hundred hungry hunt hurdle hurry hurt husband hybrid ice icon idea identify idle ignore
ill illegal illness image imitate immense immune impact impose improve impulse inch include income increase index
indicate indoor industry infant inflict inform inhale inherit initial inject injury inmate inner innocent input
inquiry insane insect inside inspire install intact interest into invest invite involve iron island isolate issue item
ivory jacket jaguar jar jazz jealous jeans jelly jewel job join joke journey joy judge juice jump jungle junior junk
just kangaroo keen keep ketchup key kick kid kidney kind kingdom kiss kit kitchen kite kitten kiwi knee knife knock
know lab label labor ladder lady lake lamp language laptop large later latin laugh laundry lava law lawn lawsuit layer
lazy leader leaf learn leave lecture left leg legal legend leisure lemon lend length lens leopard lesson letter level
liar liberty library license life lift light like limb limit link lion liquid list little live lizard load loan
lobster local lock logic lonely long loop lottery loud lounge love loyal lucky luggage lumber lunar lunch luxury
lyrics machine mad magic magnet maid mail main major make mammal man manage mandate mango mansion manual maple marble
march margin marine market marriage mask mass master match material math matrix matter maximum maze meadow mean
measure meat mechanic medal media melody melt member memory mention menu mercy merge merit merry mesh message metal
method middle midnight milk million mimic mind minimum minor minute miracle mirror misery miss mistake mix mixed
mixture mobile model modify mom moment monitor monkey monster month moon moral more morning mosquito mother motion
motor mountain mouse move movie much muffin mule multiply muscle museum mushroom music must mutual myself mystery myth
naive name napkin narrow nasty nation nature near neck need negative neglect neither nephew nerve nest net network
neutral never news next nice night noble noise nominee noodle normal north nose notable note nothing notice novel now
nuclear number nurse nut oak obey object oblige obscure observe obtain obvious occur ocean october odor off offer
office often oil okay old olive olympic omit once one onion online only open opera opinion oppose option orange orbit
orchard order ordinary organ orient original orphan ostrich other outdoor outer output outside oval oven over own
owner oxygen oyster ozone pact paddle page pair palace palm panda panel panic panther paper parade parent park parrot
party pass patch path patient patrol pattern pause pave payment peace peanut pear peasant pelican pen penalty pencil
people pepper perfect permit person pet phone photo phrase physical piano picnic picture piece pig pigeon pill pilot
pink pioneer pipe pistol pitch pizza place planet plastic plate play please pledge pluck plug plunge poem poet point
polar pole police pond pony pool popular portion position possible post potato pottery poverty powder power practice
praise predict prefer prepare present pretty prevent price pride primary print priority prison private prize problem
process produce profit program project promote proof property prosper protect proud provide public pudding pull pulp
pulse pumpkin punch pupil puppy purchase purity purpose purse push put puzzle pyramid quality quantum quarter question
quick quit quiz quote rabbit raccoon race rack radar radio rail rain raise rally ramp ranch random range rapid rare
rate rather raven raw razor ready real reason rebel rebuild recall receive recipe record recycle reduce reflect reform
refuse region regret regular reject relax release relief rely remain remember remind remove render renew rent reopen
repair repeat replace report require rescue resemble resist resource response result retire retreat return reunion
reveal review reward rhythm rib ribbon rice rich ride ridge rifle right rigid ring riot ripple risk ritual rival river
road roast robot robust rocket romance roof rookie room rose rotate rough round route royal rubber rude rug rule run
runway rural sad saddle sadness safe sail salad salmon salon salt salute same sample sand satisfy satoshi sauce
sausage save say scale scan scare scatter scene scheme school science scissors scorpion scout scrap screen script
scrub sea search season seat second secret section security seed seek segment select sell seminar senior sense
sentence series service session settle setup seven shadow shaft shallow share shed shell sheriff shield shift shine
ship shiver shock shoe shoot shop short shoulder shove shrimp shrug shuffle shy sibling sick side siege sight sign
silent silk silly silver similar simple since sing siren sister situate six size skate sketch ski skill skin skirt
skull slab slam sleep slender slice slide slight slim slogan slot slow slush small smart smile smoke smooth snack
snake snap sniff snow soap soccer social sock soda soft solar soldier solid solution solve someone song soon sorry
sort soul sound soup source south space spare spatial spawn speak special speed spell spend sphere spice spider spike
spin spirit split spoil sponsor spoon sport spot spray spread spring spy square squeeze squirrel stable stadium staff
stage stairs stamp stand start state stay steak steel stem step stereo stick still sting stock stomach stone stool
story stove strategy street strike strong struggle student stuff stumble style subject submit subway success such
sudden suffer sugar suggest suit summer sun sunny sunset super supply supreme sure surface surge surprise surround
survey suspect sustain swallow swamp swap swarm swear sweet swift swim swing switch sword symbol symptom syrup system
table tackle tag tail talent talk tank tape target task taste tattoo taxi teach team tell ten tenant tennis tent term
test text thank that theme then theory there they thing this thought three thrive throw thumb thunder ticket tide
tiger tilt timber time tiny tip tired tissue title toast tobacco today toddler toe together toilet token tomato
tomorrow tone tongue tonight tool tooth top topic topple torch tornado tortoise toss total tourist toward tower town
toy track trade traffic tragic train transfer trap trash travel tray treat tree trend trial tribe trick trigger trim
trip trophy trouble truck true truly trumpet trust truth try tube tuition tumble tuna tunnel turkey turn turtle twelve
twenty twice twin twist two type typical ugly umbrella unable unaware uncle uncover under undo unfair unfold unhappy
uniform unique unit universe unknown unlock until unusual unveil update upgrade uphold upon upper upset urban urge
usage use used useful useless usual utility vacant vacuum vague valid valley valve van vanish vapor various vast vault
vehicle velvet vendor venture venue verb verify version very vessel veteran viable vibrant vicious victory video view
village vintage violin virtual virus visa visit visual vital vivid vocal voice void volcano volume vote voyage wage
wagon wait walk wall walnut want warfare warm warrior wash wasp waste water wave way wealth weapon wear weasel weather
web wedding weekend weird welcome west wet whale what wheat wheel when where whip whisper wide width wife wild will
win window wine wing wink winner winter wire wisdom wise wish witness wolf woman wonder wood wool word work world
worry worth wrap wreck wrestle wrist write wrong yard year yellow you young youth zebra zero zone zoo
`;
const CHINESE = `
的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本
去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总
次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权
收证改清美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断
深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严首底液
官德随病苏失尔死讲配女黄推显谈罪神艺呢席含企望密批营项防举球英氧势告李台落木帮轮破亚师围注远字材排供河态封另施减树溶怎止案言士均武固叶鱼波视仅费紧爱左章早朝害续轻服试食充兵源判护司足某练差致板田降黑犯
负击范继兴似余坚曲输修故城夫够送笔船占右财吃富春职觉汉画功巴跟虽杂飞检吸助升阳互初创抗考投坏策古径换未跑留钢曾端责站简述钱副尽帝射草冲承独令限阿宣环双请超微让控州良轴找否纪益依优顶础载倒房突坐粉敌略客
袁冷胜绝析块剂测丝协诉念陈仍罗盐友洋错苦夜刑移频逐靠混母短皮终聚汽村云哪既距卫停烈央察烧迅境若印洲刻括激孔搞甚室待核校散侵吧甲游久菜味旧模湖货损预阻毫普稳乙妈植息扩银语挥酒守拿序纸医缺雨吗针刘啊急唱误
训愿审附获茶鲜粮斤孩脱硫肥善龙演父渐血欢械掌歌沙刚攻谓盾讨晚粒乱燃矛乎杀药宁鲁贵钟煤读班伯香介迫句丰培握兰担弦蛋沉假穿执答乐谁顺烟缩征脸喜松脚困异免背星福买染井概慢怕磁倍祖皇促静补评翻肉践尼衣宽扬棉希
伤操垂秋宜氢套督振架亮末宪庆编牛触映雷销诗座居抓裂胞呼娘景威绿晶厚盟衡鸡孙延危胶屋乡临陆顾掉呀灯岁措束耐剧玉赵跳哥季课凯胡额款绍卷齐伟蒸殖永宗苗川炉岩弱零杨奏沿露杆探滑镇饭浓航怀赶库夺伊灵税途灭赛归召
鼓播盘裁险康唯录菌纯借糖盖横符私努堂域枪润幅哈竟熟虫泽脑壤碳欧遍侧寨敢彻虑斜薄庭纳弹饲伸折麦湿暗荷瓦塞床筑恶户访塔奇透梁刀旋迹卡氯遇份毒泥退洗摆灰彩卖耗夏择忙铜献硬予繁圈雪函亦抽篇阵阴丁尺追堆雄迎泛爸
楼避谋吨野猪旗累偏典馆索秦脂潮爷豆忽托惊塑遗愈朱替纤粗倾尚痛楚谢奋购磨君池旁碎骨监捕弟暴割贯殊释词亡壁顿宝午尘闻揭炮残冬桥妇警综招吴付浮遭徐您摇谷赞箱隔订男吹园纷唐败宋玻巨耕坦荣闭湾键凡驻锅救恩剥凝碱
齿截炼麻纺禁废盛版缓净睛昌婚涉筒嘴插岸朗庄街藏姑贸腐奴啦惯乘伙恢匀纱扎辩耳彪臣亿璃抵脉秀萨俄网舞店喷纵寸汗挂洪贺闪柬爆烯津稻墙软勇像滚厘蒙芳肯坡柱荡腿仪旅尾轧冰贡登黎削钻勒逃障氨郭峰币港伏轨亩毕擦莫刺
浪秘援株健售股岛甘泡睡童铸汤阀休汇舍牧绕炸哲磷绩朋淡尖启陷柴呈徒颜泪稍忘泵蓝拖洞授镜辛壮锋贫虚弯摩泰幼廷尊窗纲弄隶疑氏宫姐震瑞怪尤琴循描膜违夹腰缘珠穷森枝竹沟催绳忆邦剩幸浆栏拥牙贮礼滤钠纹罢拍咱喊袖埃
勤罚焦潜伍墨欲缝姓刊饱仿奖铝鬼丽跨默挖链扫喝袋炭污幕诸弧励梅奶洁灾舟鉴苯讼抱毁懂寒智埔寄届跃渡挑丹艰贝碰拔爹戴码梦芽熔赤渔哭敬颗奔铅仲虎稀妹乏珍申桌遵允隆螺仓魏锐晓氮兼隐碍赫拨忠肃缸牵抢博巧壳兄杜讯诚
碧祥柯页巡矩悲灌龄伦票寻桂铺圣恐恰郑趣抬荒腾贴柔滴猛阔辆妻填撤储签闹扰紫砂递戏吊陶伐喂疗瓶婆抚臂摸忍虾蜡邻胸巩挤偶弃槽劲乳邓吉仁烂砖租乌舰伴瓜浅丙暂燥橡柳迷暖牌秧胆详簧踏瓷谱呆宾糊洛辉愤竞隙怒粘乃绪肩
籍敏涂熙皆侦悬掘享纠醒狂锁淀恨牲霸爬赏逆玩陵祝秒浙貌役彼悉鸭趋凤晨畜辈秩卵署梯炎滩棋驱筛峡冒啥寿译浸泉帽迟硅疆贷漏稿冠嫩胁芯牢叛蚀奥鸣岭羊凭串塘绘酵融盆锡庙筹冻辅摄袭筋拒僚旱钾鸟漆沈眉疏添棒穗硝韩逼扭
侨凉挺碗栽炒杯患馏劝豪辽勃鸿旦吏拜狗埋辊掩饮搬骂辞勾扣估蒋绒雾丈朵姆拟宇辑陕雕偿蓄崇剪倡厅咬驶薯刷斥番赋奉佛浇漫曼扇钙桃扶仔返俗亏腔鞋棱覆框悄叔撞骗勘旺沸孤吐孟渠屈疾妙惜仰狠胀谐抛霉桑岗嘛衰盗渗脏赖涌
甜曹阅肌哩厉烃纬毅昨伪症煮叹钉搭茎笼酷偷弓锥恒杰坑鼻翼纶叙狱逮罐络棚抑膨蔬寺骤穆冶枯册尸凸绅坯牺焰轰欣晋瘦御锭锦丧旬锻垄搜扑邀亭酯迈舒脆酶闲忧酚顽羽涨卸仗陪辟惩杭姚肚捉飘漂昆欺吾郎烷汁呵饰萧雅邮迁燕撒
姻赴宴烦债帐斑铃旨醇董饼雏姿拌傅腹妥揉贤拆歪葡胺丢浩徽昂垫挡览贪慰缴汪慌冯诺姜谊凶劣诬耀昏躺盈骑乔溪丛卢抹闷咨刮驾缆悟摘铒掷颇幻柄惠惨佳仇腊窝涤剑瞧堡泼葱罩霍捞胎苍滨俩捅湘砍霞邵萄疯淮遂熊粪烘宿档戈驳
嫂裕徙箭捐肠撑晒辨殿莲摊搅酱屏疫哀蔡堵沫皱畅叠阁莱敲辖钩痕坝巷饿祸丘玄溜曰逻彭尝卿妨艇吞韦怨矮歇
`;

try {
  main();
} catch (error) {
  if (error instanceof Stop) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } else {
    warn(`出错了：${shown(error.message)}`, `Something failed: ${shown(error.message)}`);
    process.exitCode = 1;
  }
}
