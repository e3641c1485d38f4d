import { DataFolderLock } from '../../src/database/data-folder-lock.js';

/** Takes the lock of the folder that its argument names and keeps it until SIGTERM; says whether it has it. */
const [folder = ''] = process.argv.slice(2);
try {
  const lock = await DataFolderLock.take(folder);
  process.once('SIGTERM', () => void lock.release().then(() => process.exit(0)));
  setInterval(() => undefined, 60_000);
  process.stdout.write(`holds, as process ${process.pid}\n`);
} catch (error) {
  process.stdout.write(`refused: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
