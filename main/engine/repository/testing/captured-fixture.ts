import type { AccountsRecord } from '../../../../shared/model/accounts.ts';

/** What the second fixture of format 1 holds besides two captured snapshots: never changed, like the fixture itself. */
export const capturedAccounts: AccountsRecord = {
  accounts: [
    {
      kind: 'user',
      name: { user: 'shop', host: '%' },
      create: "CREATE USER `shop`@`%` IDENTIFIED BY PASSWORD '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19'",
      alter: null,
      grants: [
        {
          kind: 'privileges',
          privileges: [{ name: 'SELECT', columns: ['id'] }],
          objectType: 'table',
          database: 'shop',
          object: 'cards',
          withGrantOption: false,
        },
      ],
      defaultRoles: [],
    },
  ],
};

export const capturedStream = {
  sourceId: '0b7f2c58-5a57-4a39-8a3f-1c0f5f3d2e10',
  sequence: 41,
  id: '3c1f6f2e-3f0b-4a52-9a53-0d6c1f2b7a13',
  text: 'a binlog segment, open or sealed:',
} as const;
