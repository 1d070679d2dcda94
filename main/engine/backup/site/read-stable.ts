import { createHash } from 'node:crypto';
import { FileRefusal, isSameState, type RemoteFiles, type RemoteState } from '../../source/files/index.ts';

/** A file that changes while it is read is read again so often; then what was read is kept, and marked. */
const smallTries = 3;
const largeTries = 2;

export interface ReadFile<T> {
  readonly state: RemoteState;
  readonly size: number;
  /** Base64. */
  readonly sha256: string;
  readonly changed: boolean;
  readonly content: T;
}

export interface Reading {
  readonly files: Pick<RemoteFiles, 'read' | 'lookAtLink'>;
  readonly path: Buffer;
  readonly state: RemoteState;
  /** Before each piece is used: keeps the rate, hears of a cancel. */
  readonly pace: (bytes: number) => Promise<void>;
}

/** The whole of a small file. Null: it has grown beyond `most` meanwhile. Error: `FileRefusal`; those of the session. */
export async function readSmall(reading: Reading, most: number): Promise<ReadFile<Buffer> | null> {
  let { state } = reading;
  for (let left = smallTries; ; left--) {
    if (state.size > most) return null;
    const parts: Buffer[] = [];
    const after = await readOnce({ ...reading, state }, (bytes) => {
      parts.push(bytes);
      return Promise.resolve();
    });
    const content = Buffer.concat(parts);
    const isStable = isSameState(state, after) && content.length === state.size;
    if (isStable || left <= 1) {
      const sha256 = createHash('sha256').update(content).digest('base64');
      return { state: isStable ? state : after, size: content.length, sha256, changed: !isStable, content };
    }
    state = await regular(reading);
  }
}

/** A large file through `begin`'s sink, which is begun anew when the file has changed. Errors: as `readSmall`; those of the sink. */
export async function readLarge<T>(
  reading: Reading,
  begin: () => { readonly add: (bytes: Buffer) => Promise<void>; readonly end: () => Promise<T> },
): Promise<ReadFile<T>> {
  let { state } = reading;
  for (let left = largeTries; ; left--) {
    const hash = createHash('sha256');
    const sink = begin();
    let size = 0;
    const after = await readOnce({ ...reading, state }, async (bytes) => {
      hash.update(bytes);
      size += bytes.length;
      await sink.add(bytes);
    });
    const content = await sink.end();
    const isStable = isSameState(state, after) && size === state.size;
    if (isStable || left <= 1)
      return { state: isStable ? state : after, size, sha256: hash.digest('base64'), changed: !isStable, content };
    state = await regular(reading);
  }
}

async function readOnce(
  { files, path, state, pace }: Reading,
  take: (bytes: Buffer) => Promise<void>,
): Promise<RemoteState> {
  const bytes = files.read(path, state.size);
  try {
    for (;;) {
      const next = await bytes.next();
      if (next.done === true) return next.value;
      await pace(next.value.length);
      await take(next.value);
    }
  } finally {
    // After an error of ours the file is closed there; after its own this does nothing.
    await bytes.return(state).catch(() => undefined);
  }
}

/** What it is now. Something else than a file has taken its place: it is gone. */
async function regular({ files, path }: Reading): Promise<RemoteState> {
  const state = await files.lookAtLink(path);
  if (state.kind !== 'file') throw new FileRefusal('gone');
  return state;
}
