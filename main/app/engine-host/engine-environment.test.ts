import { expect, it } from 'vitest';
import { engineEnvironment } from './engine-environment.ts';

it('passes what the engine needs and no secret, no injected option, nothing unknown', () => {
  const given = {
    PATH: '/usr/bin',
    HOME: '/home/me',
    SHOUHU_HOME: '/data',
    SSH_AUTH_SOCK: '/run/agent',
    SHOUHU_PASSPHRASE: 'hunter2',
    SHOUHU_VAULT_PASSPHRASE: 'hunter3',
    AWS_SECRET_ACCESS_KEY: 'k',
    NODE_OPTIONS: '--require=/tmp/evil.js',
    ELECTRON_RUN_AS_NODE: '1',
    LD_PRELOAD: '/tmp/evil.so',
    TMPDIR: undefined,
  };
  expect(engineEnvironment(given)).toEqual({
    PATH: '/usr/bin',
    HOME: '/home/me',
    SHOUHU_HOME: '/data',
    SSH_AUTH_SOCK: '/run/agent',
  });
});
