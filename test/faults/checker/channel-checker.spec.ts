import { randomUUID } from 'node:crypto';
import { sql } from '../../support/postgres/sql.js';
import { createEmptyDatabase, type TestDatabase } from '../../support/postgres/test-database.js';
import { checkChannels } from './channel-checker.js';
import { Expectations } from './expectations.js';
import type { Operation } from './history.js';
import { type LiveChannel, LiveChannels } from '../load/live-channels.js';
import { logout } from './operation-builders.js';
import { strictPromise } from './promise.js';

const CREATE = `
  CREATE TABLE session_generation AS SELECT 1 AS generation;
  CREATE TABLE sessions (id uuid, revoked_at timestamptz, expires_at timestamptz, generation int DEFAULT 1)`;
const INSERT = `INSERT INTO sessions VALUES ($1, CASE WHEN $2 THEN now() END, now() + interval '1 day')`;

interface Watched {
  revokedAt?: number;
  isOpen?: boolean;
}

/** Channels that are as they are. */
class FixedChannels extends LiveChannels {
  constructor(private readonly channels: readonly LiveChannel[]) {
    super();
  }

  override get all(): readonly LiveChannel[] {
    return this.channels;
  }

  override async closedFor(isEnded: (sessionId: string) => boolean): Promise<LiveChannel[]> {
    return this.channels.filter(({ isOpen, session }) => isOpen && isEnded(session.id));
  }
}

describe('checkChannels', () => {
  let database: TestDatabase;
  const id = randomUUID();

  beforeEach(async () => {
    database = await createEmptyDatabase();
    await sql(database.url, CREATE);
  });

  afterEach(() => database.drop());

  async function rules(operations: Operation[], isRevoked: boolean, { revokedAt, isOpen = false }: Watched) {
    await sql(database.url, INSERT, [id, isRevoked]);
    const session = { id, user: { id: randomUUID() } };
    const channel = { session, instance: 0, revokedAt, isOpen } as unknown as LiveChannel;
    const initial = { role: 'student', password: 'first' };
    const expected = new Expectations(operations, strictPromise(), initial, []);
    const channels = new FixedChannels([channel]);
    const found = await checkChannels(database.url, channels, expected, { mayBeUndone: false });
    return found.map(({ rule }) => rule);
  }

  const ended: Operation = { ...logout(10, 20), ends: [id] };

  it('accepts the event for the end of a session', async () => {
    await expect(rules([ended], true, { revokedAt: 15 })).resolves.toEqual([]);
  });

  it('flags an event before anybody asked for the end of the session', async () => {
    await expect(rules([ended], true, { revokedAt: 9 })).resolves.toEqual(['false end event']);
    await expect(rules([], true, { revokedAt: 9 })).resolves.toEqual(['false end event']);
  });

  it('flags an event of a session that lives in PostgreSQL', async () => {
    await expect(rules([ended], false, { revokedAt: 15 })).resolves.toEqual(['false end event']);
  });

  it('flags a channel that stays open after the end of its session', async () => {
    await expect(rules([ended], true, { isOpen: true })).resolves.toEqual(['missed end event']);
    await expect(rules([], true, { isOpen: true })).resolves.toEqual([]);
  });
});
