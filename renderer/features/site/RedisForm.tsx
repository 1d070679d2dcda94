import { Button, Group, NumberInput, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { SourceView } from '../../../shared/model/source.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ErrorCard } from '../errors/index.ts';
import { firstRedis, redisErrors, toRedisInput, type RedisValues } from './redis-form.ts';
import type { SiteStore } from './site-store.ts';

interface RedisFormProps {
  readonly source: SourceView;
  readonly site: SiteStore;
  readonly onClose: () => void;
}

/** Where the site's Redis is, and what of it is kept: tried first, then saved. */
export function RedisForm({ source, site, onClose }: RedisFormProps) {
  const { t } = useWords();
  const state = useStore(site.setUp.store);
  const [values, setValues] = useState<RedisValues>(() => firstRedis(source.redis));
  const [isAsked, setIsAsked] = useState(false);
  const hasPassword = source.redis?.hasPassword === true;
  const isTyped = values.envFile.trim() === '';
  const errors = isAsked ? redisErrors(values, hasPassword) : {};
  const set = (changes: Partial<RedisValues>): void => setValues({ ...values, ...changes });
  const said = (field: keyof RedisValues): string | null => {
    const key = errors[field];
    return key === undefined ? null : t(key);
  };

  function save(): void {
    setIsAsked(true);
    if (Object.keys(redisErrors(values, hasPassword)).length > 0) return;
    void site.setUp.ask({ source: source.name, redis: toRedisInput(values) }).then((saved) => {
      if (saved !== null) onClose();
    });
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Stack>
        {source.ssh !== null && (
          <TextInput
            label={t('redis.envFile')}
            description={t('redis.envFileHint')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            placeholder="/www/wwwroot/shop/.env"
            value={values.envFile}
            error={said('envFile')}
            spellCheck={false}
            onChange={(event) => set({ envFile: event.currentTarget.value })}
          />
        )}
        {isTyped && (
          <>
            <Group align="flex-start" grow preventGrowOverflow={false} wrap="nowrap">
              <TextInput
                label={t('redis.host')}
                description={t('redis.hostHint')}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                value={values.host}
                error={said('host')}
                spellCheck={false}
                onChange={(event) => set({ host: event.currentTarget.value })}
              />
              <NumberInput
                label={t('redis.port')}
                maw={130}
                hideControls
                value={values.port}
                error={said('port')}
                onChange={(port) => set({ port })}
              />
            </Group>
            <Group align="flex-start" grow>
              <TextInput
                label={t('redis.user')}
                placeholder={t('common.optional')}
                value={values.user}
                spellCheck={false}
                autoComplete="off"
                onChange={(event) => set({ user: event.currentTarget.value })}
              />
              <PasswordInput
                label={t('redis.password')}
                description={t('redis.passwordHint')}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                value={values.password}
                error={said('password')}
                autoComplete="off"
                onChange={(event) => set({ password: event.currentTarget.value })}
              />
            </Group>
          </>
        )}
        <Group align="flex-start" grow preventGrowOverflow={false} wrap="nowrap">
          <TextInput
            label={t('redis.keys')}
            description={t('redis.keysHint')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            placeholder={t('common.optional')}
            value={values.keys}
            spellCheck={false}
            onChange={(event) => set({ keys: event.currentTarget.value })}
          />
          {isTyped && (
            <NumberInput
              label={t('redis.database')}
              maw={130}
              hideControls
              value={values.database}
              error={said('database')}
              onChange={(database) => set({ database })}
            />
          )}
        </Group>
        {state.view === 'failed' && <ErrorCard error={state.error} />}
        <Group>
          <Button type="submit" loading={state.view === 'asking'}>
            {t('redis.save')}
          </Button>
          <Button variant="subtle" color="gray" onClick={onClose}>
            {t('common.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
