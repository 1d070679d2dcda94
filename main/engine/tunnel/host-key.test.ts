import { describe, expect, it } from 'vitest';
import { hostKeyOf, newSshKey } from '../demo/embedded-ssh-server.ts';
import { algorithmsPreferring, describeHostKey, normaliseFingerprint, otherFamilies } from './host-key.ts';

describe('a host key', () => {
  it('has the fingerprint that ssh-keygen prints', () => {
    const blob = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAILcSUhpBcdpjHF3mC8XLp/RwDnCQknGzxgyUo+YkH7Oy', 'base64');
    const printed = 'SHA256:ASHJmwQuxixTXwsJc1sv1qzwp4+PziYUHnlaLKFhNO4';
    expect(describeHostKey(blob)).toEqual({ algorithm: 'ssh-ed25519', fingerprint: printed });
  });

  it.each([
    ['ed25519', 'ssh-ed25519'],
    ['rsa', 'ssh-rsa'],
    ['ecdsa', 'ecdsa-sha2-nistp256'],
  ] as const)('of kind %s is called %s', (kind, algorithm) => {
    expect(hostKeyOf(newSshKey(kind).private).algorithm).toBe(algorithm);
  });

  it('is compared without regard to padding, prefix and blanks, but with regard to case', () => {
    for (const text of ['SHA256:aBc=', 'sha256:aBc', ' aBc ']) expect(normaliseFingerprint(text)).toBe('SHA256:aBc');
    expect(normaliseFingerprint('SHA256:abc')).not.toBe('SHA256:aBc');
  });
});

describe('the order of algorithms', () => {
  it('starts with those the pinned key signs with, and leaves none out', () => {
    expect(algorithmsPreferring('ssh-rsa').slice(0, 3)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']);
    expect(algorithmsPreferring('ecdsa-sha2-nistp384')[0]).toBe('ecdsa-sha2-nistp384');
    expect(algorithmsPreferring(undefined)[0]).toBe('ssh-ed25519');
    expect(new Set(algorithmsPreferring('ssh-rsa'))).toEqual(new Set(algorithmsPreferring(undefined)));
  });

  it('names the kinds of key that were not seen yet', () => {
    expect(otherFamilies('ssh-ed25519').flat()).not.toContain('ssh-ed25519');
    expect(otherFamilies('ssh-rsa').flat()).not.toContain('rsa-sha2-512');
    expect(otherFamilies('ecdsa-sha2-nistp521')).toHaveLength(2);
  });
});
