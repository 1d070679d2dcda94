import { SingleBar } from 'cli-progress';
import prettyBytes from 'pretty-bytes';
import type { JobProgress } from '../../../shared/model/job.ts';
import { shownLine } from '../../../shared/model/shown-text.ts';
import type { Words } from '../language.ts';
import type { CliSurroundings } from '../surroundings.ts';
import { durationText } from './figures.ts';

export interface ProgressLine {
  show(progress: JobProgress): void;
  /** Takes the bar away, so that what follows starts on a clean line. */
  stop(): void;
}

/** Progress on stderr: a bar on a terminal, otherwise one line per phase, so that a log stays readable. */
export function progressLine(
  surroundings: Pick<CliSurroundings, 'errorStream' | 'isErrorTty'>,
  words: Words,
): ProgressLine {
  return surroundings.isErrorTty ? bar(surroundings.errorStream, words) : phaseLines(surroundings.errorStream, words);
}

function bar(stream: NodeJS.WritableStream, words: Words): ProgressLine {
  let current: SingleBar | undefined;
  return {
    show(progress) {
      const total = progress.totalBytes ?? 0;
      const line = { line: describe(progress, words) };
      if (current === undefined) {
        current = new SingleBar({
          stream,
          format: '[{bar}] {line}',
          barsize: 24,
          barCompleteChar: '█',
          barIncompleteChar: '░',
          hideCursor: true,
          clearOnComplete: true,
          linewrap: false,
          gracefulExit: false,
        });
        current.start(Math.max(total, 1), 0, line);
      }
      current.setTotal(Math.max(total, 1));
      current.update(total > 0 ? Math.min(progress.doneBytes, total) : 0, line);
    },
    stop() {
      current?.stop();
      current = undefined;
    },
  };
}

function phaseLines(stream: NodeJS.WritableStream, words: Words): ProgressLine {
  let last = '';
  return {
    show(progress) {
      const phase = shownLine(
        [progress.subject, words.wordFor('phase', progress.phase)].filter((part) => part !== '').join(' · '),
      );
      if (phase !== last) stream.write(`${phase}\n`);
      last = phase;
    },
    stop() {
      last = '';
    },
  };
}

function describe(progress: JobProgress, words: Words): string {
  const total = progress.totalBytes === null ? '' : ` / ${prettyBytes(progress.totalBytes)}`;
  const parts = [
    words.wordFor('phase', progress.phase),
    `${prettyBytes(progress.doneBytes)}${total}`,
    progress.bytesPerSecond > 0 ? `${prettyBytes(progress.bytesPerSecond)}/s` : '',
    progress.etaMs === null ? '' : words.say('progress.left', { time: durationText(progress.etaMs, words) }),
    progress.detail,
  ];
  return shownLine(parts.filter((part) => part !== '').join('  '));
}
