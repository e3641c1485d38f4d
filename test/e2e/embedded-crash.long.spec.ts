import { randomInt } from 'node:crypto';
import { PATIENT } from '../support/app/patient.js';
import { api } from '../support/app/api-client.js';
import { AppProcess } from '../support/app/app-process.js';
import { PID_NAMESPACE } from '../support/process/pid-namespace.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { waitFor } from '../support/wait-for.js';
import { type Account, Accounts } from './support/accounts.js';

const ROUNDS = 4;
/** PGlite's first start takes seconds of processor time. */
const readyTimeoutMs = 90_000;
const TIMEOUT_MS = 300_000;

describe('the embedded database', () => {
  let folder: string;
  let app: AppProcess;

  beforeEach(async () => {
    folder = await makeTemporaryDirectory('embedded');
  });
  afterEach(async () => {
    await app.kill9();
    await removeTemporaryDirectory(folder);
  });

  /** Every account that was acknowledged can still log in. */
  async function expectToBeKept(accounts: readonly Account[]) {
    for (const account of accounts) await new Accounts(api(app.url)).login(account);
  }

  it(
    'keeps its data when a process in another PID namespace starts on its folder',
    async () => {
      app = await AppProcess.start({ env: PATIENT, cwd: folder, readyTimeoutMs, launcher: PID_NAMESPACE });
      const before = await new Accounts(api(app.url)).register();
      const second = AppProcess.start({ env: PATIENT, cwd: folder, readyTimeoutMs, launcher: PID_NAMESPACE });
      await expect(second).rejects.toThrow('in use by another process');
      const after = await new Accounts(api(app.url)).register();
      await app.kill9();
      await app.restart();
      await expectToBeKept([before, after]);
    },
    TIMEOUT_MS,
  );

  it(
    'loses no registration that was acknowledged before kill -9',
    async () => {
      const acknowledged: Account[] = [];
      app = await AppProcess.start({
        cwd: folder,
        readyTimeoutMs,
        env: { ...PATIENT, RATE_LIMIT_ENABLED: 'false' },
      });
      for (let round = 1; round <= ROUNDS; round++) {
        const registrations = registerUntilRefused(new Accounts(api(app.url)), acknowledged);
        await someMoreThan(acknowledged.length, acknowledged);
        await app.kill9();
        await registrations;
        await app.restart();
      }
      expect(acknowledged.length).toBeGreaterThan(ROUNDS);
      await expectToBeKept(acknowledged);
    },
    TIMEOUT_MS,
  );
});

/** Registers one account after the other until the process is gone. */
async function registerUntilRefused(accounts: Accounts, acknowledged: Account[]): Promise<void> {
  try {
    for (;;) acknowledged.push(await accounts.register());
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['ECONNRESET', 'ECONNREFUSED'].includes(code)) throw error;
  }
}

/** Resolves at a random moment of a registration, after up to ten more of them. */
async function someMoreThan(count: number, acknowledged: readonly Account[]): Promise<void> {
  const enough = count + randomInt(1, 10);
  const intervalMs = randomInt(1, 100);
  await waitFor(() => acknowledged.length >= enough, {
    what: 'registrations',
    timeoutMs: 60_000,
    intervalMs,
  });
}
