import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { beforeSuite, Deployment } from './support/suite.js';

const CHANNEL = 'ergodrive_invalidations';
/** Anybody with a connection to the database can notify on any channel, with anything. */
const PAYLOADS = [
  '',
  'garbage',
  'null',
  '[]',
  '{}',
  '{"kind":"session.refreshed"}',
  '{"kind":"session.refreshed","user_id":{},"session_id":[]}',
  '{"xid":"-1"}',
  '{"xid":"99999999999999999999"}',
  '{"xid":7,"id":null,"user_id":{"a":1}}',
  '{"xid":"1","id":"1","at":"soon","kind":"session.revoked","user_id":7}',
  '{"xid":"18446744073709551615","id":"x","user_id":"y","kind":"z"}',
];

describe("a forged notification on the invalidation log's channel", () => {
  const deployment = beforeSuite(() => Deployment.ofProcesses());

  it.each(PAYLOADS)(
    '%j neither ends the process nor keeps it from hearing the next change',
    async (payload) => {
      const app = deployment.apps[0]!;
      if (!app.running) await app.restart();
      const { client, id } = await deployment.accounts().signUp();
      await sql(deployment.databaseUrl, 'SELECT pg_notify($1, $2)', [CHANNEL, payload]);
      await sql(deployment.databaseUrl, `UPDATE users SET full_name = 'By Hand' WHERE id = $1`, [id]);
      await waitFor(
        async () => {
          expect(app.running).toBe(true);
          return (await client.get('/api/v1/users/me')).body['full_name'] === 'By Hand';
        },
        { what: 'the change to be received', timeoutMs: 3000 },
      );
      expect(app.running).toBe(true);
      await expect(client.get('/health')).resolves.toMatchObject({
        body: { database: { following_log: true } },
      });
    },
  );
});
