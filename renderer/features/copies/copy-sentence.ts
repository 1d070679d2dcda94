import type { DestinationView } from '../../../shared/model/destination.ts';
import { provenWithinDays } from '../../../shared/model/proof.ts';
import type { Words } from '../../i18n/use-words.ts';
import type { Sentence } from '../cold-disk/index.ts';
import type { Proof } from './copies-store.ts';

/** The one thing to know of a copy that is always there: what is wrong with it, or how well it is proven. */
export function copySentence(
  destination: DestinationView,
  proof: Proof | null,
  isDamaged: boolean,
  { t, format }: Pick<Words, 't' | 'format'>,
): Sentence {
  const attention = (text: string): Sentence => ({ text, isAttention: true });
  const calm = (text: string): Sentence => ({ text, isAttention: false });
  if (isDamaged) return attention(t('copies.is.damaged'));
  if (!destination.hasCredentials) return attention(t('copies.noCredentials'));
  if (proof === null) return attention(t('copies.is.empty'));
  const latest = { state: t(`copyState.${proof.state}`), date: format.dateShort(proof.at) };
  const figures = destination.proof ?? null;
  if (figures === null || figures.objects === 0) return calm(t('copies.is.latest', latest));
  const { oldestUnprovenDays, provenShare } = figures;
  if (oldestUnprovenDays > provenWithinDays)
    return attention(t('copies.is.unread', { days: Math.floor(oldestUnprovenDays) }));
  const share = Math.floor(provenShare * 100);
  if (share === 0) return calm(t('copies.is.latestUnread', latest));
  return calm(t('copies.is.proven', { ...latest, share, days: provenWithinDays }));
}
