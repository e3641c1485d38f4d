import { sql } from '../support/postgres/sql.js';
import type { Instance } from './deployment/instance.js';
import { ServicesDeployment } from './deployment/services-deployment.js';
import { isAccepted, isAcknowledged, isRefused, History } from './checker/history.js';
import { publish, table } from './fault-report.js';
import { TIMEOUT_MS } from './fault-suite.js';
import type { TestSession } from './load/population.js';
import { RecordingClient } from './load/recording-client.js';

const USERS = 1000;
const SESSIONS_EACH = 100;
const PRESENTED = 40;
/** What the kit promises after the acknowledgement, and the instances do not need. */
const KIT_BOUND_MS = 1000;

const INSERT = `
  WITH account AS (
    INSERT INTO users (email, password_hash, full_name, role)
    SELECT 'many-' || n || '@example.org', 'none', 'Many', 'student' FROM generate_series(1, ${USERS}) AS n RETURNING id
  )
  INSERT INTO sessions (id, user_id, refresh_jti, expires_at)
  SELECT gen_random_uuid(), id, gen_random_uuid(), now() + interval '7 days' FROM account, generate_series(1, ${SESSIONS_EACH})`;

describe('a hundred thousand sessions, ended in one call,', () => {
  let deployment: ServicesDeployment;
  let history: History;
  let client: RecordingClient;
  let sessions: TestSession[];

  beforeAll(async () => {
    deployment = await ServicesDeployment.start();
    await sql(deployment.database.url, INSERT);
    sessions = await deployment.openSessions(PRESENTED);
    history = new History();
    client = new RecordingClient(history, await deployment.openAdministratorSession());
  }, TIMEOUT_MS);
  afterAll(() => deployment.stop(), TIMEOUT_MS);

  it(
    'are one row of the log, and refused by every instance and by the kit before the bound',
    async () => {
      const { auth, reserve, verifying } = deployment;
      const parties = [auth, reserve, verifying];
      await deployment.recovered();
      for (const party of parties)
        for (const session of sessions) expect(isAccepted(await client.read(party, session))).toBe(true);
      await sql(deployment.database.url, 'DELETE FROM invalidations');
      let isOver = false;
      const present = async (party: Instance) => {
        for (let next = 0; !isOver; next++) await client.read(party, sessions[next % PRESENTED]!);
      };
      const presenting = parties.map(present);
      const ended = await client.endEverybody(auth, sessions);
      expect(isAcknowledged(ended)).toBe(true);
      for (const party of [auth, reserve])
        for (const session of sessions) expect(isRefused(await client.read(party, session))).toBe(true);
      isOver = true;
      await Promise.all(presenting);
      for (const session of sessions) expect(isRefused(await client.read(verifying, session))).toBe(true);
      const lastMs = (party: Instance) =>
        Math.max(
          ...history.operations
            .filter((each) => each.instance === party.number && isAccepted(each) && each.start > ended.start)
            .map(({ start }) => start - ended.start),
          0,
        );
      publish(
        table([
          ['answer, ms', 'last acceptance began after the call, ms: instance', 'other instance', 'kit'],
          [ended.end - ended.start, ...parties.map(lastMs)].map((ms) => ms.toFixed(0)),
        ]),
      );
      for (const party of [auth, reserve]) expect(lastMs(party)).toBeLessThanOrEqual(ended.end - ended.start);
      expect(lastMs(verifying)).toBeLessThanOrEqual(ended.end - ended.start + KIT_BOUND_MS);
      await expect(sql(deployment.database.url, 'SELECT kind FROM invalidations')).resolves.toEqual([
        { kind: 'sessions.ended' },
      ]);
      const line = `SELECT details FROM audit_events WHERE action = 'session.everybody_ended'`;
      await expect(sql(deployment.database.url, line)).resolves.toEqual([
        { details: { ended: USERS * SESSIONS_EACH + PRESENTED + 2 } },
      ]);
    },
    TIMEOUT_MS,
  );
});
