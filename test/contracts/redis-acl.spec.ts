import { readFileSync } from 'node:fs';
import { RedisServer } from '../support/redis/redis-server.js';
import { waitFor } from '../support/wait-for.js';
import { ConnectedStore } from './redis-store.js';

const PATIENT_MS = 5000;
const PATIENCE = { timeoutMs: 30_000 };
const USER = 'ergodrive';
const PASSWORD = 'p@ss-word';
const guide = readFileSync(new URL('../../docs/redis.md', import.meta.url), 'utf8');
const [, ruleOfTheGuide = ''] = /^ACL SETUSER ergodrive on >PASSWORD (.*)$/m.exec(guide) ?? [];
const rules = ruleOfTheGuide.split(' ');
/** What replaces a rule in a user that lacks one of them; ROLE is not needed everywhere, SELECT only for a database. */
const needed = rules.filter((rule) => /^[~+]/.test(rule) && rule !== '+role' && rule !== '+select');

describe('a Redis user with the rules of docs/redis.md', () => {
  let redis: RedisServer;
  let connected: ConnectedStore | undefined;

  const userWith = async (given: readonly string[]): Promise<void> => {
    await redis.cli('ACL', 'SETUSER', USER, 'reset', 'on', `>${PASSWORD}`, ...given);
  };
  const connect = (): ConnectedStore => {
    const login = `${USER}:${encodeURIComponent(PASSWORD)}@`;
    connected = new ConnectedStore(redis.url.replace('//', `//${login}`), { deadlineMs: PATIENT_MS });
    return connected;
  };
  const refusal = async ({ readiness }: ConnectedStore): Promise<string> => {
    await waitFor(() => readiness.reason.includes('NOPERM'), { what: 'a refusal', ...PATIENCE });
    return readiness.reason;
  };

  beforeAll(async () => (redis = await RedisServer.start()));
  afterEach(() => connected?.close());
  afterAll(() => redis.stop());

  it('may do all that the service does', async () => {
    await userWith(rules);
    await connect().trusted(PATIENCE.timeoutMs);
  });

  it.each(needed)('is never trusted without %s, and the reason names what is missing', async (rule) => {
    await userWith(rules.filter((other) => other !== rule));
    const connection = connect();
    const reason = await refusal(connection);
    const [kind, name] = [rule[0], rule.slice(1)];
    expect(reason).toContain(kind === '+' ? name.toUpperCase() : ` ${name}`);
    expect(connection.readiness.transitions.trusted).toBe(0);
    expect(reason).not.toContain(PASSWORD);
  });

  it('is given up when a permission is taken away, and used again when it is back', async () => {
    await userWith(rules);
    const connection = await connect().trusted(PATIENCE.timeoutMs);
    await redis.cli('ACL', 'SETUSER', USER, '-set');
    await expect(connection.store.set('user:a', 1, 60_000)).rejects.toThrow(/NOPERM.*set/);
    const isNamed = () => connection.readiness.reason.includes('may not run SET');
    await waitFor(isNamed, { what: 'the missing permission to be named', ...PATIENCE });
    expect(connection.readiness.isReady).toBe(false);
    await redis.cli('ACL', 'SETUSER', USER, '+set');
    await connection.trusted(PATIENCE.timeoutMs);
  });
});
