import { randomUUID } from 'node:crypto';
import { Standing } from '../../src/standing/standing.js';
import { HotStatements } from '../../src/database/hot-statements.js';
import { ChangeFeed } from '../../src/log/change-feed.js';
import { getMe, logIn, type Member } from './accounts.js';
import type { AppInProcess } from './app-in-process.js';
import type { OAuthClient } from '../support/app/oauth-client.js';
import { auditOfClient, authenticate, endClient, registerClient, TwoInstances } from './oauth-clients.js';

const REFUSED = '401 invalid_client';

describe('an OAuth client that uses two instances', () => {
  let instances: TwoInstances;
  let one: AppInProcess;
  let other: AppInProcess;
  let admin: Member;

  beforeAll(async () => {
    instances = await TwoInstances.start();
    ({ one, other, admin } = instances);
  });
  afterAll(() => instances.stop());
  afterEach(() => jest.restoreAllMocks());

  const renew = async (id: string) => {
    const { status, body } = await one.call('POST', `/api/v1/clients/${id}/secret`, { token: admin.token });
    expect(status).toBe(201);
    return {
      secret: String(body['client_secret']),
      until: Date.parse(String(body['previous_secret_expires_at'])),
    };
  };
  const end = (id: string) => endClient(one, admin, id);
  const remembered = async (): Promise<OAuthClient> => {
    const client = await registerClient(one, admin);
    await expect(authenticate(other, client)).resolves.toBe('orders');
    return client;
  };
  const auditOf = (id: string) => auditOfClient(one, id);

  it('is created with a secret that is shown once and stored as a hash', async () => {
    const { status, body } = await one.call('POST', '/api/v1/clients', {
      token: admin.token,
      body: { name: ' billing ' },
    });
    expect({ status, members: Object.keys(body).sort() }).toEqual({
      status: 201,
      members: ['client_id', 'client_secret', 'created_at', 'name', 'scopes'],
    });
    expect(body['client_secret']).toMatch(/^ergodrive_secret_[\w-]{43}$/);
    const [row] = (await one.query(
      `SELECT to_jsonb(c)::text AS row, secret_hash = sha256(convert_to($2, 'UTF8')) AS is_hash FROM oauth_clients c WHERE id = $1`,
      [body['client_id'], body['client_secret']],
    )) as [{ row: string; is_hash: boolean }];
    expect(row.is_hash).toBe(true);
    expect(row.row).not.toContain(String(body['client_secret']).slice(-20));
    const list = await other.call('GET', '/api/v1/clients?page_size=100', { token: admin.token });
    expect(list.body).toMatchObject({ page: 1, page_size: 100, total: expect.any(Number) });
    expect(list.body['clients']).toContainEqual({
      client_id: body['client_id'],
      name: 'billing',
      scopes: ['introspection', 'events'],
      created_at: body['created_at'],
      previous_secret_expires_at: null,
      managed_by: null,
    });
    expect(JSON.stringify(list.body)).not.toContain('secret_hash');
  });

  it.each([
    {},
    { name: '' },
    { name: 'a\nb' },
    { name: 'x'.repeat(201) },
    { name: 'a', secret: 'mine' },
    { name: 'a', scopes: [] },
    { name: 'a', scopes: null },
    { name: 'a', scopes: 'introspection' },
    { name: 'a', scopes: ['introspection', 'introspection'] },
    { name: 'a', scopes: ['administration'] },
  ])('is not created from %j', async (body) => {
    const { status } = await one.call('POST', '/api/v1/clients', { token: admin.token, body });
    expect(status).toBe(422);
  });

  it('authenticates on every instance by its secret and by no other', async () => {
    const [client, stranger] = [await remembered(), await registerClient(one, admin)];
    await expect(authenticate(one, client)).resolves.toBe('orders');
    for (const wrong of [
      { ...client, secret: stranger.secret },
      { ...client, secret: '' },
      { ...client, id: randomUUID() },
      { ...client, id: 'orders' },
      { ...client, id: client.id.toUpperCase() },
      { ...client, id: `${client.id}\0` },
    ])
      await expect(authenticate(one, wrong)).resolves.toBe(REFUSED);
  });

  it('is looked up in the database once, and not again for each request', async () => {
    const client = await remembered();
    const statements = jest.spyOn(other.get(HotStatements), 'read');
    await expect(authenticate(other, client)).resolves.toBe('orders');
    expect(statements).not.toHaveBeenCalled();
  });

  it('can use its new and its previous secret on every instance after a renewal', async () => {
    const client = await remembered();
    const second = await renew(client.id);
    expect(second.until).toBeGreaterThan(Date.now() + 86_000_000);
    for (const secret of [client.secret, second.secret])
      await expect(authenticate(other, { ...client, secret })).resolves.toBe('orders');
    const third = await renew(client.id);
    await expect(authenticate(other, client)).resolves.toBe(REFUSED);
    for (const secret of [second.secret, third.secret])
      await expect(authenticate(other, { ...client, secret })).resolves.toBe('orders');
  });

  it('is refused on every instance, with its sessions, once it has ended', async () => {
    const client = await remembered();
    const [mine, another] = [await logIn(one, admin), await logIn(one, admin)];
    await one.query('UPDATE sessions SET client_id = $1 WHERE id = $2', [client.id, mine.sessionId]);
    await expect(getMe(other, mine)).resolves.toBe('200');
    await expect(end(client.id)).resolves.toBe(204);
    await expect(authenticate(other, client)).resolves.toBe(REFUSED);
    await expect(authenticate(one, client)).resolves.toBe(REFUSED);
    await expect(getMe(other, mine)).resolves.toBe('401 token_revoked');
    await expect(getMe(other, another)).resolves.toBe('200');
    const list = await other.call('GET', '/api/v1/clients?page_size=100', { token: admin.token });
    expect(JSON.stringify(list.body)).not.toContain(client.id);
    await expect(auditOf(client.id)).resolves.toEqual(
      ['client.created', 'client.ended', 'session.revoked'].map((action) => ({ action, actor_id: admin.id })),
    );
  });

  it('cannot be renewed after its end, and its end can be repeated', async () => {
    const client = await registerClient(one, admin);
    await expect(end(client.id)).resolves.toBe(204);
    await expect(end(client.id)).resolves.toBe(204);
    const renewed = await one.call('POST', `/api/v1/clients/${client.id}/secret`, { token: admin.token });
    expect(renewed.status).toBe(404);
    await expect(end(randomUUID())).resolves.toBe(404);
    await expect(auditOf(client.id)).resolves.toHaveLength(2);
  });

  it('is looked up in the database while the instance does not read the log', async () => {
    const client = await remembered();
    const standing = other.get(Standing);
    standing.suspend('the connection is lost');
    const statements = jest.spyOn(other.get(HotStatements), 'read');
    await expect(authenticate(other, client)).resolves.toBe('orders');
    expect(statements).toHaveBeenCalled();
    standing.follow(standing.history ?? '', performance.now());
  });

  it('is not kept in memory when the log brings a change of it during the look-up', async () => {
    const client = await registerClient(one, admin);
    const statements = other.get(HotStatements);
    const read = statements.read.bind(statements);
    const spy = jest.spyOn(statements, 'read').mockImplementation(async (statement, values) => {
      const rows = await read(statement, values);
      other
        .get(ChangeFeed)
        .next({ kind: 'client.changed', user_id: client.id, session_id: null, reason: null });
      return rows;
    });
    await authenticate(other, client);
    await authenticate(other, client);
    expect(spy).toHaveBeenCalledTimes(2);
  });

  it('is not kept in memory by a look-up in another history than the followed one', async () => {
    const client = await registerClient(one, admin);
    const statements = other.get(HotStatements);
    const read = statements.read.bind(statements);
    const spy = jest.spyOn(statements, 'read').mockImplementation(async (statement, values) => ({
      ...(await read(statement, values)),
      history: 'another',
    }));
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(authenticate(other, client)).resolves.toBe('orders');
    expect(spy).toHaveBeenCalledTimes(2);
  });

  it('can be registered by SQL', async () => {
    const secret = randomUUID() + randomUUID();
    const [row] = (await one.query(
      `INSERT INTO oauth_clients (name, secret_hash) VALUES ('orders', sha256('${secret}')) RETURNING id`,
    )) as { id: string }[];
    await expect(authenticate(other, { id: row!.id, secret })).resolves.toBe('orders');
  });

  it('is refused after a change by SQL as well', async () => {
    const client = await remembered();
    await one.query('UPDATE oauth_clients SET ended_at = now() WHERE id = $1', [client.id]);
    const logged = await one.query(`SELECT kind FROM invalidations WHERE user_id = $1`, [client.id]);
    expect(logged).toEqual([{ kind: 'client.changed' }]);
  });
});
