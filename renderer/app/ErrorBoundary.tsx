import { Button, Stack, Text, Title } from '@mantine/core';
import { Component } from 'react';
import type { ErrorInfo, ReactNode } from 'react';

interface ErrorBoundaryProps {
  readonly words: { readonly title: string; readonly text: string; readonly reload: string };
  readonly children: ReactNode;
}

/** A bug in a screen must not leave a white window: data and backups are the engine's, and safe. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly hasFailed: boolean }> {
  override readonly state = { hasFailed: false };

  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    const { words, children } = this.props;
    if (!this.state.hasFailed) return children;
    return (
      <Stack align="center" mt={120} role="alert">
        <Title order={1} size="h2">
          {words.title}
        </Title>
        <Text>{words.text}</Text>
        <Button onClick={() => window.location.reload()}>{words.reload}</Button>
      </Stack>
    );
  }
}
