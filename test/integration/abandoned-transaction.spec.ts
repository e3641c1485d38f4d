import { DataSource } from 'typeorm';
import { TcpProxy } from '../support/network/tcp-proxy.js';
import { waitFor } from '../support/wait-for.js';
import { register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { databaseOfSuite } from './app-suite.js';

const TIMEOUT_MS = '2000';

describe('an instance whose network is gone in the middle of a transaction', () => {
  const database = databaseOfSuite();
  let link: TcpProxy;
  let gone: AppInProcess;
  let other: AppInProcess;

  beforeAll(async () => {
    link = await TcpProxy.start({ port: Number(new URL(database.url).port) });
    [gone, other] = await Promise.all([
      AppInProcess.start({ DATABASE_URL: link.through(database.url), DATABASE_TIMEOUT_MS: TIMEOUT_MS }),
      AppInProcess.start({ DATABASE_URL: database.url }),
    ]);
  });

  it('does not keep the others from ending the session that it has locked', async () => {
    const member = await register(other);
    const transaction = gone.get(DataSource).createQueryRunner();
    await transaction.startTransaction();
    await transaction.query('SELECT FROM sessions WHERE id = $1 FOR UPDATE', [member.sessionId]);
    link.forget();
    const logout = () => other.call('POST', '/api/v1/auth/logout', member);
    // The lock is there.
    await expect(logout()).resolves.toMatchObject({ status: 503 });
    await waitFor(async () => (await logout()).status === 200, { what: 'the logout' });
    await expect(other.call('GET', '/api/v1/users/me', member)).resolves.toMatchObject({ status: 401 });
  });
});
