interface QuittingApp {
  on(event: 'before-quit', listener: (event: { preventDefault(): void }) => void): unknown;
  quit(): void;
}

export interface QuitOptions {
  readonly app: QuittingApp;
  readonly runningJobs: () => number;
  /** True when the person wants to quit although a job is running. */
  readonly confirm: () => Promise<boolean>;
  /** Resolves when the engine has put everything away, or was killed. */
  readonly drain: () => Promise<void>;
  readonly report: (what: string, error: unknown) => void;
}

/** Lets the app quit only after the engine is gone, and asks first when that would stop a job. */
export function guardQuit({ app, runningJobs, confirm, drain, report }: QuitOptions): { mayLeave(): boolean } {
  let phase: 'open' | 'leaving' | 'left' = 'open';

  async function leave(): Promise<void> {
    try {
      if (runningJobs() > 0 && !(await confirm())) {
        phase = 'open';
        return;
      }
      await drain();
    } catch (error) {
      report('quitting', error);
    }
    phase = 'left';
    app.quit();
  }

  app.on('before-quit', (event) => {
    if (phase === 'left') return;
    event.preventDefault();
    if (phase === 'leaving') return;
    phase = 'leaving';
    void leave();
  });
  return { mayLeave: () => phase === 'left' };
}
