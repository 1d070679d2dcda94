import { Text } from '@mantine/core';
import { Fragment } from 'react';
import type { ReactNode } from 'react';

/** Pairs of a name and what is so. */
export function FactList({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <Text component="dl" className="sh-facts" size="sm">
      {facts.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </Text>
  );
}
