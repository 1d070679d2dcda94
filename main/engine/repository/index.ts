/** The only door into `repository/`. Format: FORMAT.md. */
export { assertPlatformFeatures } from './crypto/platform-features.ts';
export type { ScryptCost } from './crypto/primitives.ts';

export {
  createKeyring,
  createPassingKeyring,
  openVaultWithPassphrase,
  openVaultWithWords,
  keysUnder,
  recipientOfWords,
  slotOfWords,
  unlockWithPassphrase,
  unlockWithWords,
} from './keys/keyring.ts';
export type { Credential, NewKeyring, NewKeyringOptions } from './keys/keyring.ts';
export { addSheet, changePassphrase, revokeSlot, wayOf } from './keys/change-keys.ts';
export type { AddedSheet, AddSheet, ChangePassphrase } from './keys/change-keys.ts';
export { rotateVault, type RotatedVault, type RotateVault } from './keys/rotate-vault.ts';
export type { SheetOfHolder } from './keys/slots.ts';
export { authenticateHeader, parseHeader, serializeHeader, vaultStanding } from './keys/header.ts';
export type { RepositoryHeader, Slot } from './keys/header.ts';
export { rotatedVaultKey } from './keys/main-keys.ts';
export { mainKeysFromText, mainKeysToText } from './keys/main-keys-text.ts';
export type { MainKeys } from './keys/main-keys.ts';
export { assertGoodPassphrase, minimumPassphraseLength } from './keys/passphrase.ts';
export type { Guarded } from './keys/slots.ts';
export type { RecoveryWords } from './keys/words.ts';
export { decryptCredential, encryptCredential } from './keys/credential.ts';

export * from './objects/index.ts';

export { Repository, type StoredRecord } from './repository.ts';
export { findHeader } from './header-file.ts';
export { findDiskMarker, parseDiskMarker, writeDiskMarker } from './disk-marker.ts';
export type { DiskMarker, DiskMarkerFields } from './disk-marker.ts';
export { chunksOfTable } from './records.ts';
export { isUnreadableObject } from './unreadable.ts';
export { IdIndex } from './id-index.ts';
export { IdMarks, type KnownIds } from './id-marks.ts';
export { referencesOf, type ManifestReferences, type RecordReference } from './references.ts';
export { cutSizes, FileCutter, gearOf } from './files/cut-file.ts';
export { ChunkCache } from './files/chunk-cache.ts';
export { contentOf, wholeContent } from './files/file-content.ts';
export { gitObject, packName, readPack, writePack, type GitObject } from './files/git-pack.ts';
export { commitObject, commitOf, entriesOfTree, isGitName, treeObject, type GitEntry } from './files/git-tree.ts';
export { readTree, type TreeItem } from './files/read-tree.ts';
export { comparePaths, pathFields, pathOfEntry, targetFields, targetOfEntry } from './files/site-page.ts';
export { addDeed, deedText, listDeeds, parseDeed, putDeed, readDeed, sayingsOf, type ReadDeed } from './deeds/deeds.ts';
export type { FoundDeed } from './deeds/merge-deeds.ts';
export { defaultGraceMs, pruneRepository } from './prune/prune-repository.ts';
export type { PrunableLogs, PruneNow, PruneOptions, PruneProgress, PruneReport } from './prune/prune-repository.ts';
export type { PrunableSnapshot } from './prune/survey.ts';
export { Feed } from './feed/feed.ts';
export type { FeedOptions, FillOptions, FillProgress, FillReport, ReadObject } from './feed/feed.ts';
export type { FeedFinding, FeedSource } from './feed/nearest-copies.ts';
export { findingOf } from './finding.ts';
export type { LeaseBook, LeaseHandle, LeaseKind, LeaseRequest } from './leases.ts';
export { isReaderName, readerOf, shippedReader, type Reader } from './reader-files.ts';

export {
  diskMarkerName,
  headerName,
  formatVersion,
  idOfChunkName,
  isObjectId,
  chunkName,
  deedName,
  isDeedName,
  isLockedName,
  manifestName,
  maxDiskMarkerBytes,
  maxObjectBytes,
  maxPlaintextBytes,
  parseManifestName,
  parseStreamName,
  streamName,
} from './format.ts';
export type { ChunkKind, DamageReason, ManifestNameParts, ObjectKind, ObjectSlot, StreamNameParts } from './format.ts';
