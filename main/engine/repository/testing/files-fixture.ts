import { createHash } from 'node:crypto';

/** Bytes that do not compress, the same for ever. */
function noise(sizeBytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let n = 0; n * 32 < sizeBytes; n++) blocks.push(createHash('sha256').update(`noise ${n}`).digest());
  return Buffer.concat(blocks).subarray(0, sizeBytes);
}

/** What the third fixture of format 1 holds as objects of kind `file`: never changed, like the fixture itself. */
export const fixtureFiles = {
  main: [
    Buffer.from('<?php // 首页\n'.repeat(200)),
    noise(1500),
    Buffer.alloc(0),
    // Longer than one frame before it is compressed.
    Buffer.alloc(5 * 1024 * 1024, 'shouhu '),
  ],
  vault: [Buffer.from('APP_KEY=base64:not-a-real-key\n'), noise(700)],
} as const;
