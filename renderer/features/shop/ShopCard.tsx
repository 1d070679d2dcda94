import { Alert, Badge, Button, Divider, Group, Modal, Stack, Switch, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useStore } from 'zustand';
import type { FoundShop, SourceView } from '../../../shared/model/source.ts';
import { useWords } from '../../i18n/use-words.ts';
import { Panel } from '../../ui/Panel.tsx';
import type { StreamsStore } from '../../stores/streams-store.ts';
import { LivePanel } from '../live/index.ts';
import { TestSteps } from '../live-test/index.ts';
import { SiteLine, type SiteStore } from '../site/index.ts';
import { ConnectionError } from './ConnectionError.tsx';
import { ShopSecrets } from './ShopSecrets.tsx';
import { demoShopName } from './shop-store.ts';
import type { ShopStore } from './shop-store.ts';

interface ShopCardProps {
  readonly source: SourceView;
  readonly shop: ShopStore;
  readonly streams: StreamsStore;
  readonly site: SiteStore;
  readonly onSite: () => void;
  readonly onReconnect: () => void;
}

/** Where the tables of one of several shops are. */
function placeOf({ database, prefix }: FoundShop): string {
  return prefix === '' ? database : `${database}, ${prefix}`;
}

export function ShopCard({ source, shop, streams, site, onSite, onReconnect }: ShopCardProps) {
  const { t, named, language } = useWords();
  const check = useStore(shop.checks, (checks) => checks[source.name]);
  const [isRemoving, removing] = useDisclosure(false);
  const { ssh, mysql, databases, preset, shops, secretColumns, ledgers } = source;
  const isDemo = source.name === demoShopName;
  // A recovered shop: no copy says how it is reached.
  const isReachKnown = mysql.user !== '';
  const reach = [
    ssh === null ? t('shop.direct') : t('shop.ssh', { user: ssh.user, host: ssh.host, port: ssh.port }),
    t('shop.mysql', { user: mysql.user, host: mysql.host, port: mysql.port }),
  ];
  const lines = [
    ...(isReachKnown ? reach : []),
    databases.length === 0 ? t('shop.databasesAll') : databases.join(', '),
    ...(shops === undefined || shops.length < 2
      ? [preset === null ? t('shop.presetNone') : t('shop.preset', { preset: named('presetName', preset) })]
      : shops.map((found) => t('shop.presetAt', { preset: named('presetName', found.preset), place: placeOf(found) }))),
    secretColumns.length === 0 ? t('shop.secretsNone') : t('shop.secrets', { columns: secretColumns.join(', ') }),
    ...(ledgers.length === 0
      ? []
      : [
          t('shop.ledgers', {
            names: ledgers.map(({ name }) => named('ledgerName', name)).join(language === 'zh' ? '、' : ', '),
          }),
        ]),
    ...(ssh?.hostKey == null ? [] : [t('shop.fingerprint', { fingerprint: ssh.hostKey.fingerprint })]),
  ];
  return (
    <Panel
      title={source.name}
      actions={
        <Group gap="xs">
          {isDemo && (
            <Button variant="light" color="orange" size="xs" onClick={() => void shop.destroyDemo(source.name)}>
              {t('demo.destroy')}
            </Button>
          )}
          {!source.hasCredentials && <Badge color="orange">{t('shop.noCredentials')}</Badge>}
          <Button
            variant="default"
            size="xs"
            loading={check?.view === 'testing'}
            onClick={() => void shop.check(source.name)}
          >
            {t('common.test')}
          </Button>
          <Button variant="subtle" color="gray" size="xs" onClick={removing.open}>
            {t('common.remove')}
          </Button>
        </Group>
      }
    >
      {!source.hasCredentials && (
        <Alert color="orange" variant="light">
          <Stack gap="sm" align="flex-start">
            <Text size="sm">{t('shop.noCredentialsText')}</Text>
            <Button size="xs" onClick={onReconnect}>
              {t('shop.reconnect')}
            </Button>
          </Stack>
        </Alert>
      )}
      <Stack component="ul" className="sh-list" gap={4}>
        {lines.map((line) => (
          <Text component="li" size="sm" key={line} className="sh-break">
            {line}
          </Text>
        ))}
      </Stack>
      <ShopSecrets source={source} shop={shop} />
      <Divider />
      <SiteLine source={source} site={site} onOpen={onSite} />
      <Divider />
      <LivePanel source={source.name} streams={streams} />
      <Divider />
      <Switch
        label={t('shop.accounts')}
        description={t('shop.accountsHint')}
        checked={source.accounts === true}
        onChange={(event) => void shop.keepAccounts(source.name, event.currentTarget.checked)}
      />
      {check?.view === 'tested' && <TestSteps steps={check.steps} />}
      {check?.view === 'destroyed' && (
        <Alert color="brand" role="status">
          {t('demo.destroyed', { dropped: check.dropped })}
        </Alert>
      )}
      {check?.view === 'failed' && <ConnectionError error={check.error} onTrust={onReconnect} />}
      <Modal opened={isRemoving} onClose={removing.close} title={t('shop.removeTitle', { name: source.name })}>
        <Stack>
          <Text>{t('shop.removeText')}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={removing.close} data-autofocus>
              {t('common.cancel')}
            </Button>
            <Button color="orange" onClick={() => void shop.remove(source.name).then(removing.close)}>
              {t('shop.removeConfirm')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Panel>
  );
}
