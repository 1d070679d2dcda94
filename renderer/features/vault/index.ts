export { VaultBanner } from './VaultBanner.tsx';
export { VaultFields } from './VaultFields.tsx';
export { closedVault, toVaultOpening, type VaultAnswer } from './vault-answer.ts';
export { createVaultStore, type VaultStore } from './vault-store.ts';
