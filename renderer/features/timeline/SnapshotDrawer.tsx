import { Badge, Button, Drawer, Group, Loader, Stack, Table, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { isWarning } from '../../../shared/model/check-subjects.ts';
import { unitOf } from '../../i18n/ledger-unit.ts';
import { useWords } from '../../i18n/use-words.ts';
import type { DetailStore, SnapshotDetail } from '../../stores/detail-store.ts';
import { FactList } from '../../ui/FactList.tsx';
import type { CopiesStore } from '../copies/index.ts';
import { ErrorCard } from '../errors/index.ts';
import { CopyBadge } from './CopyBadge.tsx';
import { CopyToForm } from './CopyToForm.tsx';
import { useCheckText } from './use-check-text.ts';

interface SnapshotDrawerProps {
  readonly detail: DetailStore;
  readonly copies: CopiesStore;
  readonly destinations: readonly string[];
  readonly onRestore: (id: string) => void;
  readonly onVerify: (destination: string) => void;
}

export function SnapshotDrawer({ detail, ...rest }: SnapshotDrawerProps) {
  const { t } = useWords();
  const state = useStore(detail.store);
  return (
    <Drawer
      opened={state.view !== 'closed'}
      onClose={detail.close}
      position="right"
      size={680}
      title={t('snapshot.detail')}
    >
      {state.view === 'loading' && <Loader aria-label={t('common.loading')} />}
      {state.view === 'failed' && <ErrorCard error={state.error} onRetry={() => void detail.open(state.id)} />}
      {state.view === 'ready' && <Detail detail={state.detail} {...rest} />}
    </Drawer>
  );
}

type DetailProps = Omit<SnapshotDrawerProps, 'detail'> & { readonly detail: SnapshotDetail };

function Detail({ detail, copies, destinations, onRestore, onVerify }: DetailProps) {
  const { t, format, named } = useWords();
  const checkText = useCheckText();
  const [isCopying, setIsCopying] = useState(false);
  const { snapshot, tables, ledgers, manifest } = detail;
  const { server, coordinate, lock } = manifest;
  const position = coordinate.file === null ? null : `${coordinate.file} : ${coordinate.position ?? ''}`;
  return (
    <Stack gap="lg">
      <Group>
        <Button onClick={() => onRestore(snapshot.id)}>{t('snapshot.restoreThis')}</Button>
        <Button variant="default" onClick={() => setIsCopying(!isCopying)} aria-expanded={isCopying}>
          {t('snapshot.copyTo')}
        </Button>
      </Group>
      {isCopying && (
        <CopyToForm
          snapshot={snapshot.id}
          from={detail.copies.map(({ destination }) => destination)}
          destinations={destinations}
          copy={copies.copy}
          onClose={() => setIsCopying(false)}
        />
      )}
      <FactList
        facts={[
          [t('snapshot.at'), format.date(snapshot.at)],
          [t('snapshot.database'), snapshot.databases.join(', ')],
          [t('snapshot.size'), format.bytes(snapshot.bytes)],
          [t('snapshot.duration'), format.duration(manifest.durationMs)],
          [t('snapshot.lock'), t('testStep.ms', { ms: format.count(lock.heldMs) })],
          [t('snapshot.server'), `${server.flavour === 'mariadb' ? 'MariaDB' : 'MySQL'} ${server.version}`],
          [t('snapshot.coordinate'), position ?? coordinate.gtid ?? t('common.none')],
          [t('snapshot.id'), snapshot.id],
        ]}
      />
      <Section title={t('snapshot.ledgers')}>
        {ledgers.length === 0 ? (
          <Text c="dimmed">{t('snapshot.noLedgers')}</Text>
        ) : (
          <Table aria-label={t('snapshot.ledgers')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('snapshot.ledger')}</Table.Th>
                <Table.Th ta="right">{t('snapshot.orders')}</Table.Th>
                <Table.Th ta="right">{t('snapshot.sum')}</Table.Th>
                <Table.Th ta="right">{t('snapshot.serverSum')}</Table.Th>
                <Table.Th />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {ledgers.map(({ name, rows, sum, serverSum, currency, equal }) => {
                const unit = unitOf(name, manifest.ledgerDefinitions);
                return (
                  <Table.Tr key={name}>
                    <Table.Td>{named('ledgerName', name)}</Table.Td>
                    <Table.Td ta="right">{format.count(rows)}</Table.Td>
                    <Table.Td ta="right">{format.money(sum, currency, unit)}</Table.Td>
                    <Table.Td ta="right">{format.money(serverSum, currency, unit)}</Table.Td>
                    <Table.Td>
                      <Badge color={equal ? 'brand' : 'orange'} tt="none">
                        {t(equal ? 'snapshot.equal' : 'snapshot.different')}
                      </Badge>
                    </Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        )}
      </Section>
      <Section title={t('snapshot.copies')}>
        <Stack component="ul" className="sh-list" gap="xs">
          {detail.copies.map((copy) => (
            <Group component="li" key={copy.destination} justify="space-between">
              <CopyBadge copy={copy} />
              <Button
                variant="default"
                size="xs"
                onClick={() => onVerify(copy.destination)}
                aria-label={t('snapshot.verifyCopyLabel', { name: copy.destination })}
              >
                {t('snapshot.verifyCopy')}
              </Button>
            </Group>
          ))}
        </Stack>
      </Section>
      <Section title={t('snapshot.checks')}>
        <Stack component="ul" className="sh-list" gap={6}>
          {manifest.checks.map((check) => (
            <Group component="li" key={check.id} gap="xs" wrap="nowrap" align="flex-start">
              {!check.ok ? (
                <IconX size={18} color="var(--mantine-color-orange-7)" aria-label={t('testStep.failed')} />
              ) : isWarning(check) ? (
                <IconAlertTriangle size={18} color="var(--mantine-color-orange-7)" aria-label={t('snapshot.warned')} />
              ) : (
                <IconCheck size={18} color="var(--mantine-color-brand-6)" aria-label={t('testStep.ok')} />
              )}
              <Text size="sm" className="sh-break">
                {checkText(check)}
              </Text>
            </Group>
          ))}
        </Stack>
      </Section>
      <Section title={t('snapshot.tables')}>
        <Table aria-label={t('snapshot.tables')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('snapshot.table')}</Table.Th>
              <Table.Th ta="right">{t('snapshot.rows')}</Table.Th>
              <Table.Th ta="right">{t('snapshot.bytes')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tables.map(({ database, name, rows, textBytes, sealed }) => (
              <Table.Tr key={`${database}.${name}`}>
                <Table.Td className="sh-break">
                  {database}.{name}{' '}
                  {sealed && (
                    <Badge variant="light" tt="none" size="sm">
                      {t('snapshot.sealed')}
                    </Badge>
                  )}
                </Table.Td>
                <Table.Td ta="right">{format.count(rows)}</Table.Td>
                <Table.Td ta="right">{format.bytes(textBytes)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Section>
    </Stack>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  );
}
