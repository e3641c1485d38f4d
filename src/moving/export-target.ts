import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const OWNER_ONLY = 0o600;

/** Where an export goes. */
export interface ExportTarget {
  write(text: string): Promise<void>;
  /** Everything was written. */
  complete(): Promise<void>;
  /** Removes what was written, where that is possible. */
  abandon(): Promise<void>;
}

/**
 * A file that only its owner reads. It gets its name when it is complete: an export that was killed leaves none that looks like one.
 * @throws Error for a folder that cannot be written
 */
export async function openFile(path: string): Promise<ExportTarget> {
  const draft = `${path}.${randomUUID()}.part`;
  const file = await open(draft, 'wx', OWNER_ONLY);
  return {
    write: (text) => file.writeFile(text),
    complete: async () => {
      await file.sync();
      await file.close();
      await rename(draft, path);
      await syncFolder(dirname(path));
    },
    abandon: async () => {
      await file.close().catch(ignore);
      await rm(draft, { force: true });
    },
  };
}

/** The standard output of the command. */
export function standardOutput(stream: NodeJS.WriteStream): ExportTarget {
  let failure: Error | undefined;
  stream.on('error', (error: Error) => (failure = error));
  const nothing = () => Promise.resolve();
  return {
    write: async (text) => {
      if (failure !== undefined) throw failure;
      if (!stream.write(text)) await once(stream, 'drain');
    },
    complete: nothing,
    abandon: nothing,
  };
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

const ignore = (): void => undefined;
