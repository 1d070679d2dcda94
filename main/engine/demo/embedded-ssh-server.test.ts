import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { newSshKey } from './embedded-ssh-server.ts';

describe('a new SSH key', () => {
  it('is always one that can be read, though ssh2 makes an unreadable one now and then', () => {
    // One pair in 256 comes out wrong: among 2,000 there are none only once in 2,500 runs.
    const unreadable = Array.from({ length: 2000 }, () => ssh2.utils.parseKey(newSshKey().private)).filter(
      (key) => key instanceof Error,
    );

    expect(unreadable).toEqual([]);
  });
});
