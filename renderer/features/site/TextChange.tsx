import { Loader, Paper, Stack, Text } from '@mantine/core';
import { useStore } from 'zustand';
import type { SiteText } from '../../../shared/model/site-files.ts';
import { useWords } from '../../i18n/use-words.ts';
import { ErrorCard } from '../errors/index.ts';
import type { SiteStore } from './site-store.ts';

/** What changed inside of the file that was asked about. */
export function TextChange({ path, site }: { readonly path: string; readonly site: SiteStore }) {
  const { t } = useWords();
  const state = useStore(site.text.store);
  if (state.view === 'idle') return null;
  if (state.view === 'asking') return <Loader size="sm" aria-label={t('common.loading')} />;
  if (state.view === 'failed') return <ErrorCard error={state.error} />;
  const [file] = state.value.files;
  return (
    <Paper withBorder p="md" radius="md" component="section" aria-label={t('site.textTitle', { path })}>
      <Stack gap="xs">
        <Text size="sm" fw={600} className="sh-break">
          {t('site.textTitle', { path })}
        </Text>
        {file === undefined ? <Text size="sm">{t('site.textSame')}</Text> : <Changed file={file} />}
      </Stack>
    </Paper>
  );
}

const signs = { '+': 'site.lineAdded', '-': 'site.lineRemoved' } as const;

function Changed({ file }: { readonly file: SiteText }) {
  const { t, format } = useWords();
  const { kind, before, after, hunks, hidden, isCut } = file;
  const sizeOf = (state: SiteText['before']): string => (state === null ? t('site.nothing') : format.bytes(state.size));
  if (kind === 'binary' || kind === 'too-large' || kind === 'other')
    return <Text size="sm">{t(`site.text.${kind}`, { before: sizeOf(before), after: sizeOf(after) })}</Text>;
  return (
    <>
      {hidden > 0 && <Text size="sm">{t('site.textHidden', { count: hidden })}</Text>}
      <div className="sh-diff" role="group" tabIndex={0} aria-label={t('site.textTitle', { path: file.path })}>
        {hunks.map(({ newStart, oldStart, lines }) => (
          <pre key={`${oldStart} ${newStart}`}>
            {lines.map((line, index) => {
              const sign = line.startsWith('+') ? '+' : line.startsWith('-') ? '-' : null;
              return (
                // Lines repeat; their place is what they are.
                <span key={index} {...(sign === null ? {} : { 'data-sign': sign })}>
                  {sign !== null && <span className="sh-unseen">{t(signs[sign])}: </span>}
                  {line}
                </span>
              );
            })}
          </pre>
        ))}
      </div>
      {isCut && <Text size="sm">{t('site.textCut')}</Text>}
    </>
  );
}
