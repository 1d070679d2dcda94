import type { ErrorCode } from '../../../shared/errors/app-error.ts';
import type { UiKey } from '../../../shared/i18n/ui.zh.ts';

const byArea: Readonly<Record<string, UiKey>> = {
  cancelled: 'meaning.cancelled',
  tunnel: 'meaning.connection',
  mysql: 'meaning.connection',
  keys: 'meaning.keys',
  backup: 'meaning.backup',
  backend: 'meaning.copy',
  repository: 'meaning.copy',
  copy: 'meaning.copy',
  disk: 'meaning.copy',
  prune: 'meaning.prune',
  restore: 'meaning.restore',
  files: 'meaning.files',
  redis: 'meaning.files',
  settings: 'meaning.files',
  cards: 'meaning.restore',
  sandbox: 'meaning.restore',
  source: 'meaning.setup',
  destination: 'meaning.setup',
  usage: 'meaning.setup',
};

/** What an error of this code means for the data. */
export function meaningOf(code: ErrorCode): UiKey {
  if (code === 'backend.absent' || code === 'disk.pulled-out' || code === 'backend.unreachable')
    return 'meaning.absent';
  // Whoever slept has harmed nothing, and nothing is to be mended.
  if (code === 'repository.lease-lost') return 'meaning.engine';
  return byArea[code.split('.')[0] ?? ''] ?? 'meaning.engine';
}
