/** Waits in the background, so that tests can move time: the companion of `Clock`. */
export interface Timers {
  /** Runs `action` once after so many milliseconds; gives what takes that back. */
  after(delayMs: number, action: () => void): () => void;
}

/** A waiting action does not keep the program from ending. */
export const systemTimers: Timers = {
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
