import { createTestDatabase } from '../support/postgres/test-database.js';
import { randomUUID } from 'node:crypto';
import { api } from '../support/app/api-client.js';
import { AppProcess } from '../support/app/app-process.js';
import { ClientsFileOnDisk, secretHash } from '../support/app/clients-file.js';
import { basic, type OAuthClient } from '../support/app/oauth-client.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { beforeSuite, Deployment, expectProblem } from './support/suite.js';

const SCOPES = ['introspection', 'password'];
/** docs/oauth.md: how long a change of the file takes. */
const DELAY_MS = 5000;

const newClient = (id: string): OAuthClient => ({ id, secret: randomUUID() + randomUUID() });
const entryOf = ({ id, secret }: OAuthClient, others: object = {}) => ({
  id,
  name: `Client ${id}`,
  scopes: SCOPES,
  secret_hash: secretHash(secret),
  ...others,
});

/** Resolves when the instance says that its clients are as its file says, or that they are not. */
async function becomesCurrent(url: string, value: '0' | '1'): Promise<void> {
  const client = api(url);
  await waitFor(
    async () =>
      (await client.get<string>('/metrics')).body.includes(`\nergodrive_clients_file_applied ${value}\n`),
    { what: `the metric to be ${value}`, timeoutMs: DELAY_MS },
  );
  client.close();
}

describe('OAuth clients in a file', () => {
  const [orders, web] = [newClient('orders-api'), newClient('web')];

  const file = beforeSuite(() => ClientsFileOnDisk.create([entryOf(orders), entryOf(web)]));
  const deployment = beforeSuite(() =>
    Deployment.ofProcesses({ instances: [{ CLIENTS_FILE: file.path }, { CLIENTS_FILE: file.path }] }),
  );

  const form = (instance: number, path: string, client: OAuthClient, fields: Record<string, string>) =>
    deployment
      .client(instance)
      .post(path, new URLSearchParams(fields), { headers: { authorization: basic(client) } });
  /** What each instance says to the client: the status, and the error if there is one. */
  const outcomes = (client: OAuthClient) =>
    Promise.all(
      [0, 1].map(async (instance) => {
        const { status, body } = await form(instance, '/oauth2/introspect', client, { token: 'a' });
        const { error = '' } = body as { error?: string };
        return `${status} ${error}`.trim();
      }),
    );
  const become = (client: OAuthClient, outcome: string) =>
    waitFor(async () => (await outcomes(client)).every((each) => each === outcome), {
      what: `each instance to answer ${outcome} to ${client.id}`,
      timeoutMs: DELAY_MS,
    });
  const auditOf = async (id: string) => {
    const rows = await sql(
      deployment.databaseUrl,
      `SELECT action, actor_id, details->>'source' AS source FROM audit_events WHERE details->>'client_id' = $1
        AND action LIKE 'client.%' AND action <> 'client.authentication_failed' ORDER BY id`,
      [id],
    );
    expect(rows.every(({ actor_id, source }) => actor_id === null && source === 'file')).toBe(true);
    return rows.map(({ action }) => action as string);
  };

  it('are applied before the instances serve, once for two that start together', async () => {
    await expect(outcomes(orders)).resolves.toEqual(['200', '200']);
    await expect(outcomes({ ...orders, secret: web.secret })).resolves.toEqual(
      Array(2).fill('401 invalid_client'),
    );
    await expect(auditOf('orders-api')).resolves.toEqual(['client.created']);
    const { body } = await (await deployment.admin()).get('/api/v1/clients');
    expect(body['clients']).toContainEqual(
      expect.objectContaining({ client_id: 'orders-api', name: 'Client orders-api', managed_by: 'file' }),
    );
  });

  it('are named by their ids in tokens and in introspection', async () => {
    const member = await deployment.accounts().signUp();
    const { email: username, password } = member;
    const tokens = await form(0, '/oauth2/token', web, { grant_type: 'password', username, password });
    expect(tokens.status).toBe(200);
    const seen = await form(1, '/oauth2/introspect', orders, { token: String(tokens.body['access_token']) });
    expect(seen.body).toMatchObject({ active: true, client_id: 'web' });
    const refreshed = await form(1, '/oauth2/token', web, {
      grant_type: 'refresh_token',
      refresh_token: String(tokens.body['refresh_token']),
    });
    expect(refreshed.status).toBe(200);
  });

  it('are refused by the API when it shall change or end them', async () => {
    const admin = await deployment.admin(1);
    const path = '/api/v1/clients/orders-api';
    for (const answer of [
      await admin.patch(path, { name: 'mine' }),
      await admin.post(`${path}/secret`),
      await admin.delete(path),
    ])
      expectProblem(answer, 409, 'client_managed_by_file');
    await expect(outcomes(orders)).resolves.toEqual(['200', '200']);
    expectProblem(await admin.delete('/api/v1/clients/unknown'), 404, 'not_found');
    expectProblem(await admin.delete('/api/v1/clients/Un%00known'), 404, 'not_found');
  });

  it('have another secret on every instance within the delay, and the old one until its end alone', async () => {
    const fresh = { ...orders, secret: newClient('').secret };
    await file.write([
      entryOf(fresh, {
        previous_secret_hash: secretHash(orders.secret),
        previous_secret_expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      }),
      entryOf(web),
    ]);
    await become(fresh, '200');
    await expect(outcomes(orders)).resolves.toEqual(['200', '200']);
    await file.write([entryOf(fresh), entryOf(web)]);
    await become(orders, '401 invalid_client');
    await expect(outcomes(fresh)).resolves.toEqual(['200', '200']);
    orders.secret = fresh.secret;
    await expect(auditOf('orders-api')).resolves.toEqual([
      'client.created',
      'client.secret_renewed',
      'client.secret_renewed',
    ]);
  });

  it('lose a scope on every instance within the delay when links are swapped as by Kubernetes', async () => {
    await file.swap([entryOf(orders), entryOf(web)]);
    await file.swap([entryOf(orders, { scopes: ['events'] }), entryOf(web)]);
    await become(orders, '403 unauthorized_client');
    await expect(outcomes(web)).resolves.toEqual(['200', '200']);
    await file.swap([entryOf(orders), entryOf(web)]);
    await become(orders, '200');
  });

  it('stay as they are while the file is wrong, with an error in the log and in the metric', async () => {
    const app = deployment.apps[0]!;
    await becomesCurrent(app.url, '1');
    await file.write('clients: [{id: orders-api}]');
    await becomesCurrent(app.url, '0');
    expect(app.output).toMatch(/ERROR.*ClientsFileService/);
    expect(app.output).toContain(`CLIENTS_FILE (${file.path}): entry 1 (orders-api): name is required`);
    await expect(outcomes(orders)).resolves.toEqual(['200', '200']);
    await file.write([entryOf(orders), entryOf(web)]);
    await becomesCurrent(app.url, '1');
  });

  it('end with their sessions on every instance when the file revokes them, and do not come back', async () => {
    const member = await deployment.accounts().signUp();
    const { email: username, password } = member;
    const { body } = await form(0, '/oauth2/token', web, { grant_type: 'password', username, password });
    const token = String(body['access_token']);
    const me = async () =>
      Promise.all(
        [0, 1].map(
          async (index) => (await deployment.client(index).as(token).get('/api/v1/users/me')).status,
        ),
      );
    await expect(me()).resolves.toEqual([200, 200]);
    await file.write([entryOf(orders), { id: 'web', revoked: true }]);
    await become(web, '401 invalid_client');
    await waitFor(async () => (await me()).every((status) => status === 401), {
      what: 'the session of the client to end',
    });
    await expect(auditOf('web')).resolves.toEqual(['client.created', 'client.ended']);
    const added = newClient('added');
    await file.write([entryOf(orders), entryOf(web), entryOf(added)]);
    await become(added, '200');
    await expect(outcomes(web)).resolves.toEqual(Array(2).fill('401 invalid_client'));
    expect(deployment.apps.map(({ output }) => output).join()).toContain(
      'The client web has ended and stays refused',
    );
  });

  it('go on when they vanish from the file, until the API ends them, and those of the API stay', async () => {
    const api = await deployment.registerClient();
    const ofApi = { id: api.client_id, secret: api.client_secret };
    const leaving = newClient('leaving');
    await file.write([entryOf(orders), entryOf(leaving)]);
    await become(leaving, '200');
    await file.write([entryOf(orders)]);
    const admin = await deployment.admin();
    await waitFor(async () => (await admin.delete('/api/v1/clients/leaving')).status === 204, {
      what: 'the API to end the client',
    });
    await expect(outcomes(leaving)).resolves.toEqual(Array(2).fill('401 invalid_client'));
    expect(deployment.apps.map(({ output }) => output).join()).toContain(
      'The client leaving is no longer in the file and goes on',
    );
    await expect(outcomes(ofApi)).resolves.toEqual(['200', '200']);
    await expect(outcomes(orders)).resolves.toEqual(['200', '200']);
  });

  it('are not changed back by an instance whose file stays older', async () => {
    const old = [entryOf(orders)];
    const older = await ClientsFileOnDisk.create(old);
    const app = await AppProcess.start({ env: { ...deployment.environment, CLIENTS_FILE: older.path } });
    const fresh = { ...orders, secret: newClient('').secret };
    await file.write([entryOf(fresh)]);
    await become(fresh, '200');
    const before = await auditOf('orders-api');
    // The instance reads its file again, and finds what it applied at its start.
    await older.write('clients: [');
    await becomesCurrent(app.url, '0');
    await older.write(old);
    await becomesCurrent(app.url, '1');
    await expect(auditOf('orders-api')).resolves.toEqual(before);
    await expect(outcomes(fresh)).resolves.toEqual(['200', '200']);
    await app.stop();
  });
});

describe('a start with a wrong file of clients', () => {
  it('ends with a message that names the file, the entry and the rule', async () => {
    const file = await ClientsFileOnDisk.create([{ id: 'orders', name: 'Orders', secret_hash: 'mine' }]);
    const outcome = await AppProcess.start({
      env: { CLIENTS_FILE: file.path, DATABASE_URL: (await createTestDatabase()).url },
    }).catch(String);
    expect(outcome).toContain('exited with code 1');
    expect(outcome).toContain(`CLIENTS_FILE (${file.path}): entry 1 (orders): secret_hash must be sha256:`);
  });
});
