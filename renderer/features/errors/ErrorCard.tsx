import { Alert, Button, Code, Collapse, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { useId } from 'react';
import type { WireError } from '../../../shared/errors/app-error.ts';
import { useWords } from '../../i18n/use-words.ts';
import { FactList } from '../../ui/FactList.tsx';
import { meaningOf } from './meaning.ts';

interface ErrorCardProps {
  readonly error: WireError;
  readonly onRetry?: () => void;
}

/** Every error of the page: what happened, what it means for the data, what to do next, and the details on request. */
export function ErrorCard({ error, onRetry }: ErrorCardProps) {
  const words = useWords();
  const [isOpen, { toggle }] = useDisclosure(false);
  const detailsId = useId();
  const { message, remedy } = words.error(error);
  const isCalm = error.code === 'cancelled';
  return (
    <Alert
      role="alert"
      color={isCalm ? 'gray' : 'orange'}
      variant="light"
      radius="lg"
      icon={isCalm ? <IconInfoCircle aria-hidden /> : <IconAlertTriangle aria-hidden />}
      title={message}
      data-error-code={error.code}
    >
      <Stack gap="xs">
        <Text size="sm">
          <b>{words.t('errorCard.means')}</b>
          {words.t(meaningOf(error.code))}
        </Text>
        <Text size="sm" className="sh-lines">
          <b>{words.t('errorCard.next')}</b>
          {remedy}
        </Text>
        <div>
          {onRetry !== undefined && (
            <Button size="xs" variant="light" onClick={onRetry} mr="sm">
              {words.t('common.retry')}
            </Button>
          )}
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            onClick={toggle}
            aria-expanded={isOpen}
            aria-controls={detailsId}
          >
            {words.t('errorCard.details')}
          </Button>
        </div>
        <Collapse expanded={isOpen} id={detailsId}>
          <FactList
            facts={[
              [words.t('errorCard.code'), <Code key="code">{error.code}</Code>],
              ...Object.entries(error.facts).map(([name, value]) => [name, String(value)] as const),
            ]}
          />
        </Collapse>
      </Stack>
    </Alert>
  );
}
