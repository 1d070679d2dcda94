import { Loader, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/use-words.ts';
import type { EventsStore, ShopLog } from '../../stores/events-store.ts';
import type { Library } from '../../stores/library-store.ts';
import { newestStored, type StreamsStore } from '../../stores/streams-store.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { ErrorCard } from '../errors/index.ts';
import { eventText } from '../log/index.ts';
import { baseOf, instantOf, localOf, momentKinds, reachable, reachesFor, type Moment } from './moment.ts';
import type { RestoreAnswers } from './restore-answers.ts';
import { SnapshotChoices } from './SnapshotChoices.tsx';

interface MomentStepProps {
  readonly library: Library;
  readonly events: EventsStore;
  readonly streams: StreamsStore;
  readonly answers: RestoreAnswers;
  readonly onShop: (name: string) => void;
  readonly onSnapshot: (id: string) => void;
  /** `base`: the snapshot from which it is reached; null: it is not. */
  readonly onMoment: (moment: Moment, base: string | null) => void;
}

/** To which moment: a snapshot, a second on the clock, or just before something that happened. */
export function MomentStep({ library, events, streams, answers, onShop, onSnapshot, onMoment }: MomentStepProps) {
  const { t } = useWords();
  const { source, moment } = answers;
  const snapshots = library.snapshots.filter((one) => one.source === source);

  useEffect(() => {
    if (source !== '') void events.load(source);
  }, [events, source]);

  return (
    <Stack>
      <Title order={2} size="h4">
        {t('restore.snapshotTitle')}
      </Title>
      {library.sources.length > 1 && (
        <Select
          label={t('restore.shop')}
          value={source}
          allowDeselect={false}
          data={library.sources.map(({ name }) => name)}
          onChange={(name) => name !== null && onShop(name)}
        />
      )}
      <ChoiceCards
        label={t('restore.momentLabel')}
        columns={3}
        value={moment.kind}
        onChange={(kind) => {
          if (kind === 'snapshot') onMoment({ kind }, null);
          else if (kind === 'time') onMoment({ kind, at: '' }, null);
          else onMoment({ kind, event: null }, null);
        }}
        choices={momentKinds.map((kind) => ({
          value: kind,
          title: t(`restore.moment.${kind}`),
          text: t(`restore.momentText.${kind}`),
        }))}
      />
      {moment.kind === 'snapshot' ? (
        <SnapshotChoices snapshots={snapshots} chosen={answers.snapshot} onChoose={onSnapshot} />
      ) : (
        <FromLog
          source={source}
          snapshots={snapshots}
          events={events}
          streams={streams}
          moment={moment}
          onMoment={onMoment}
        />
      )}
    </Stack>
  );
}

interface FromLogProps extends Pick<MomentStepProps, 'events' | 'streams' | 'onMoment'> {
  readonly source: string;
  readonly snapshots: Library['snapshots'];
  readonly moment: Exclude<Moment, { kind: 'snapshot' }>;
}

function FromLog({ source, snapshots, events, streams, moment, onMoment }: FromLogProps) {
  const { t } = useWords();
  const state = useStore(events.store, (logs) => logs[source]);
  const storedAt = useStore(streams.store, ({ streams: all }) => newestStored(all[source]));
  if (state === undefined || state.view === 'loading') return <Loader aria-label={t('log.loading')} size="sm" />;
  if (state.view === 'none') return <Text>{t('restore.noLog')}</Text>;
  if (state.view === 'failed') return <ErrorCard error={state.error} onRetry={() => void events.load(source)} />;
  const { log } = state;
  return moment.kind === 'time' ? (
    <TimeField log={log} snapshots={snapshots} storedAt={storedAt} at={moment.at} onMoment={onMoment} />
  ) : (
    <EventChoices log={log} snapshots={snapshots} chosen={moment.event?.id ?? null} onMoment={onMoment} />
  );
}

interface TimeFieldProps extends Pick<MomentStepProps, 'onMoment'> {
  readonly log: ShopLog;
  readonly snapshots: Library['snapshots'];
  readonly storedAt: string | null;
  readonly at: string;
}

function TimeField({ log, snapshots, storedAt, at, onMoment }: TimeFieldProps) {
  const { t, format } = useWords();
  const reaches = reachesFor(log, snapshots, storedAt);
  const first = reaches[0];
  const last = reaches.at(-1);
  if (first === undefined || last === undefined) return <Text>{t('restore.noLog')}</Text>;
  const say = (ms: number): string => format.date(new Date(ms).toISOString());
  const instant = instantOf(at);
  const found = instant === null ? null : reachable(reaches, Date.parse(instant));

  function choose(next: string): void {
    const wanted = instantOf(next);
    const isReached = wanted !== null && reachable(reaches, Date.parse(wanted)).isReached;
    onMoment({ kind: 'time', at: next }, isReached ? (baseOf(snapshots, endOfSecond(wanted))?.id ?? null) : null);
  }

  const edges = found === null || found.isReached ? [] : [found.before, found.after].filter((ms) => ms !== null);
  return (
    <TextInput
      type="datetime-local"
      step={1}
      styles={{ wrapper: { maxWidth: 320 } }}
      label={t('restore.time')}
      description={t('restore.timeReach', { from: say(first.fromMs), to: say(last.toMs) })}
      value={at}
      min={localOf(first.fromMs)}
      max={localOf(last.toMs)}
      onChange={(event) => choose(event.currentTarget.value)}
      error={edges.length === 0 ? null : t('restore.timeNearest', { edges: edges.map(say).join(' / ') })}
    />
  );
}

/** A field without fractions means the whole second. */
function endOfSecond(instant: string): string {
  return new Date(Date.parse(instant) + 999).toISOString();
}

interface EventChoicesProps extends Pick<MomentStepProps, 'onMoment'> {
  readonly log: ShopLog;
  readonly snapshots: Library['snapshots'];
  readonly chosen: string | null;
}

function EventChoices({ log, snapshots, chosen, onMoment }: EventChoicesProps) {
  const words = useWords();
  const { t, format } = words;
  if (log.events.length === 0) return <Text>{t('restore.noEvents')}</Text>;
  return (
    <ChoiceCards
      label={t('restore.moment.event')}
      value={chosen}
      onChange={(id) => {
        const event = log.events.find((each) => each.id === id);
        if (event !== undefined) onMoment({ kind: 'event', event }, baseOf(snapshots, event.at)?.id ?? null);
      }}
      choices={[...log.events].reverse().map((event) => ({
        value: event.id,
        title: eventText(event, words),
        text: [
          format.date(event.at),
          ...(event.rows === null ? [] : [t('log.rows', { rows: format.count(event.rows) })]),
          ...(event.statement === null ? [] : [event.statement]),
        ].join(' · '),
      }))}
    />
  );
}
