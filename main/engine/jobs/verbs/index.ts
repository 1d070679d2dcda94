import type { VerbInput, VerbName, VerbOutput } from '../../../../shared/ipc/engine-verbs.ts';
import { filesBrowse } from '../files/browse-verb.ts';
import { filesExportGit } from '../files/export-git-verb.ts';
import { filesText } from '../files/files-text-verb.ts';
import { coverageAnswer, coverageKeep, coverageShow } from '../coverage/coverage-verbs.ts';
import { filesDiff, filesFindings, filesList, filesSet } from '../files/files-verbs.ts';
import { filesRestore } from '../files/restore-files-verb.ts';
import { shareSet, shareStatus } from '../daily-share.ts';
import type { EngineContext, Run } from '../engine-context.ts';
import { backupRun } from './backup-verb.ts';
import { checklistVerb } from './checklist-verb.ts';
import { coldList, coldRun, coldSet } from './cold-verbs.ts';
import { copyRun, verifyRun } from './copy-verbs.ts';
import { demoClose, demoDestroy, demoOpen } from './demo-verbs.ts';
import {
  destinationAdd,
  destinationList,
  destinationRemove,
  destinationSet,
  destinationTest,
  destinationTry,
} from './destination-verbs.ts';
import { doctorVerb } from './doctor-verb.ts';
import { homeInit, homeStatus, homeUnlock } from './home-verbs.ts';
import { auditVerb, jobCancel, jobsList } from './job-verbs.ts';
import { keyRotateVault, keyRotateVaultCheck } from './rotate-vault-verb.ts';
import { keyAddSheet, keyChangePassphrase, keyList, keyRevoke } from './key-verbs.ts';
import { pruneRun } from './prune-verb.ts';
import { recoverRun } from './recover-verb.ts';
import { kitRehearse } from './rehearse-verb.ts';
import { addCards } from '../restore/add-cards.ts';
import { exportRun } from '../restore/export-run.ts';
import { restoreCheck } from '../restore/check-restore.ts';
import { restoreRun } from '../restore/restore-run.ts';
import { eventsExport } from '../stream/events-export.ts';
import { eventsList } from '../stream/events-list.ts';
import { streamSet, streamStatus } from '../stream/stream-status.ts';
import { streamRun } from '../stream/stream-run.ts';
import { restoresList, restoresRemove } from '../restore/restores-verbs.ts';
import { swapCompare, swapRun, undoRun } from '../swap/swap-verbs.ts';
import { ledgersConfirm, ledgersShow } from './money-verbs.ts';
import { snapshotShow, snapshotsList } from './snapshot-verbs.ts';
import { vaultClose, vaultStatus } from './vault-verbs.ts';
import { verifyDue } from './verify-due.ts';
import { sourceAdd, sourceList, sourceRemove, sourceTest, sourceTry } from './source-verbs.ts';
import { sourcePropose } from './source-propose.ts';
import { sourceSet } from './source-set.ts';
import { settingsRestore, settingsSet, settingsShow } from './settings-verbs.ts';

type Verbs = {
  readonly [N in VerbName]: (context: EngineContext, input: VerbInput<N>, run: Run) => Promise<VerbOutput<N>>;
};

/** Every verb of the contract and what performs it: a verb without one does not compile. */
export const verbs: Verbs = {
  'home.status': homeStatus,
  'home.init': homeInit,
  'home.unlock': homeUnlock,
  'key.list': keyList,
  'key.addSheet': keyAddSheet,
  'key.revoke': keyRevoke,
  'key.changePassphrase': keyChangePassphrase,
  'key.rotateVault': keyRotateVault,
  'key.rotateVaultCheck': keyRotateVaultCheck,
  'kit.rehearse': kitRehearse,
  'source.add': sourceAdd,
  'source.try': sourceTry,
  'source.list': sourceList,
  'source.test': sourceTest,
  'source.set': sourceSet,
  'source.propose': sourcePropose,
  'settings.set': settingsSet,
  'settings.show': settingsShow,
  'settings.restore': settingsRestore,
  'source.remove': sourceRemove,
  'destination.add': destinationAdd,
  'destination.try': destinationTry,
  'destination.list': destinationList,
  'destination.test': destinationTest,
  'destination.set': destinationSet,
  'destination.remove': destinationRemove,
  'backup.run': backupRun,
  'snapshots.list': snapshotsList,
  'snapshot.show': snapshotShow,
  'ledgers.show': ledgersShow,
  'ledgers.confirm': ledgersConfirm,
  'copy.run': copyRun,
  'stream.run': streamRun,
  'stream.status': streamStatus,
  'stream.set': streamSet,
  'events.list': eventsList,
  'events.export': eventsExport,
  'verify.run': verifyRun,
  'prune.run': pruneRun,
  'cold.list': coldList,
  'cold.set': coldSet,
  'cold.run': coldRun,
  'verify.due': verifyDue,
  'share.status': shareStatus,
  'share.set': shareSet,
  'restore.check': restoreCheck,
  'restore.run': restoreRun,
  'vault.status': vaultStatus,
  'vault.close': vaultClose,
  'restore.addCards': addCards,
  'restores.list': restoresList,
  'restores.remove': restoresRemove,
  'swap.compare': swapCompare,
  'swap.run': swapRun,
  'undo.run': undoRun,
  'recover.run': recoverRun,
  'export.run': exportRun,
  'files.set': filesSet,
  'files.browse': filesBrowse,
  'files.list': filesList,
  'files.diff': filesDiff,
  'files.text': filesText,
  'files.export-git': filesExportGit,
  'files.findings': filesFindings,
  'files.restore': filesRestore,
  'coverage.show': coverageShow,
  'coverage.answer': coverageAnswer,
  'coverage.keep': coverageKeep,
  checklist: checklistVerb,
  doctor: doctorVerb,
  audit: auditVerb,
  'demo.open': demoOpen,
  'demo.destroy': demoDestroy,
  'demo.close': demoClose,
  'jobs.list': jobsList,
  'job.cancel': jobCancel,
};
