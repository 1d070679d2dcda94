import { List, Text } from '@mantine/core';
import type { CommandOutput } from '../../../shared/ipc/contract.ts';
import { lostSnapshots, unreadObjects, verifyVerdict } from '../../../shared/model/verify-verdict.ts';
import { useWords } from '../../i18n/use-words.ts';
import { FactList } from '../../ui/FactList.tsx';
import { Verdict } from '../../ui/Verdict.tsx';

interface VerifyResultProps {
  readonly result: CommandOutput<'verify.run'>;
  readonly healFrom: string | null;
}

/** What a check found. Green speaks of the whole copy, so a sample is not green. */
export function VerifyResult({ result, healFrom }: VerifyResultProps) {
  const { t, format } = useWords();
  const { damaged, missing, healed, gone, objects, read, bytesRead } = result;
  const verdict = verifyVerdict(result);
  const unread = unreadObjects(result);
  const figures = {
    objects: format.count(objects),
    read: format.count(read),
    bytes: format.bytes(bytesRead),
    unread: format.count(unread),
  };
  const timeOf = (at: string | null) => (at === null ? t('verify.timeUnknown') : format.date(at));
  const lost = lostSnapshots(result);
  const goneText = gone.length > 0 && <Text>{t('verify.gone', { count: gone.length })}</Text>;
  if (verdict === 'empty')
    return (
      <Verdict tone="neutral" title={t('verify.emptyTitle')}>
        {t('verify.emptyText')}
      </Verdict>
    );
  if (verdict === 'sound')
    return (
      <Verdict tone="good" title={t('verify.goodTitle')}>
        <Text>{t('verify.goodText', figures)}</Text>
        {goneText}
      </Verdict>
    );
  if (verdict === 'sampled')
    return (
      <Verdict tone="neutral" title={t('verify.sampledTitle')}>
        <Text>{t('verify.sampledText', figures)}</Text>
        {goneText}
      </Verdict>
    );
  const isHealed = verdict === 'healed';
  return (
    <Verdict tone={isHealed ? 'good' : 'attention'} title={isHealed ? t('verify.healedTitle') : t('verify.badTitle')}>
      <FactList
        facts={[
          [t('verify.objects'), figures.objects],
          [t('verify.read'), `${figures.read} · ${figures.bytes}`],
          [t('verify.damaged'), format.count(damaged.length)],
          [t('verify.missing'), format.count(missing.length)],
          [t('verify.healed'), format.count(healed.length)],
        ]}
      />
      {healed.length > 0 && healFrom !== null && (
        <Text>{t('verify.healedFrom', { count: healed.length, from: healFrom })}</Text>
      )}
      {lost > 0 && <Text>{t('verify.lost', { count: lost })}</Text>}
      {(result.brokenLogs ?? []).map(({ source, fromAt, untilAt }) => {
        const [from, until] = [timeOf(fromAt), timeOf(untilAt)];
        return <Text key={`${source} ${from} ${until}`}>{t('verify.brokenLog', { source, from, until })}</Text>;
      })}
      {goneText}
      {unread > 0 && <Text>{t('verify.unread', figures)}</Text>}
      {!isHealed && <Text>{t('verify.next')}</Text>}
      <ObjectList
        title={t('verify.damagedList')}
        objects={damaged.map(({ object, reason }) => `${object} · ${reason}`)}
      />
      <ObjectList title={t('verify.missingList')} objects={missing} />
    </Verdict>
  );
}

function ObjectList({ title, objects }: { readonly title: string; readonly objects: readonly string[] }) {
  if (objects.length === 0) return null;
  return (
    <details>
      <summary>{title}</summary>
      <List size="xs" ff="monospace" className="sh-break">
        {objects.slice(0, 50).map((object) => (
          <List.Item key={object}>{object}</List.Item>
        ))}
      </List>
    </details>
  );
}
