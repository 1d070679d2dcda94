import { describe, expect, it } from 'vitest';
import { createScriptedClient } from '../../bridge/scripted-client.ts';
import { createOnboardingStore } from './onboarding-store.ts';
import { isLongEnough, strengthOf } from './strength.ts';

const home = { initialised: true, unlocked: true, repositoryId: null, sources: 0, destinations: 0, version: '0.1.0' };
const nothing = (): Promise<void> => Promise.resolve();
const keys = {
  passphrase: '春风 又绿 江南岸 1',
  vaultPassphrase: '明月 何时 照我还 2',
  folderToken: crypto.randomUUID(),
};

describe('the first start', () => {
  it('goes on where the set-up is incomplete, and waits while the home is locked', () => {
    const steps = [
      { ...home, initialised: false },
      { ...home, unlocked: false },
      home,
      { ...home, sources: 1 },
      { ...home, sources: 1, destinations: 2 },
    ].map((one) => {
      const onboarding = createOnboardingStore(createScriptedClient(), nothing);
      onboarding.consider(one);
      return onboarding.store.getState().step;
    });
    expect(steps).toEqual(['welcome', 'away', 'shop', 'copies', 'away']);
  });

  it('shows the files of the kit once the keys are made', async () => {
    const onboarding = createOnboardingStore(createScriptedClient(), nothing);
    onboarding.begin(false);
    await onboarding.createKeys(keys);
    expect(onboarding.store.getState()).toMatchObject({ step: 'kit', files: [expect.any(String), expect.any(String)] });
  });

  it('stays at the passphrases when the engine refuses them', async () => {
    const client = createScriptedClient();
    client.fail('home.init', 'keys.weak-passphrase', { reason: 'short', minimum: 10 });
    const onboarding = createOnboardingStore(client, nothing);
    onboarding.begin(true);
    await onboarding.createKeys(keys);
    expect(onboarding.store.getState()).toMatchObject({
      step: 'keys',
      wantsDemo: true,
      busy: false,
      error: { code: 'keys.weak-passphrase' },
    });
  });

  it('does not come back by itself after it was left', () => {
    const onboarding = createOnboardingStore(createScriptedClient(), nothing);
    onboarding.consider(home);
    onboarding.leave();
    onboarding.consider(home);
    expect(onboarding.store.getState()).toEqual({ step: 'away' });
  });
});

describe('the strength of a passphrase', () => {
  it('grows with what is hard to guess', () => {
    expect(strengthOf('')).toBe(0);
    expect(strengthOf('abc')).toBe(0);
    expect(strengthOf('1234567890123')).toBeLessThanOrEqual(1);
    expect(strengthOf('password12345')).toBeLessThanOrEqual(1);
    expect(strengthOf('river lamp seven orchid')).toBe(4);
    expect(strengthOf('春风又绿江南岸明月何时')).toBe(4);
  });

  it('asks for what the engine asks', () => {
    expect(isLongEnough('aaaaaaaaaaaa')).toBe(false);
    expect(isLongEnough('一二三四五六七八九')).toBe(false);
    expect(isLongEnough('一二三四五六七八九十')).toBe(true);
  });
});
