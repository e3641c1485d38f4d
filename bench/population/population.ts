import { hash } from '@node-rs/argon2';
import type pg from 'pg';
import { CREATED_AT, PASSWORD, type Person, person } from './person.js';

const INSERT_USERS = `
  INSERT INTO users (id, email, password_hash, full_name, created_at, updated_at)
  SELECT md5('user' || i)::uuid, 'user' || i || '@bench.example', $3, 'Bench User ' || i, $4::timestamptz, $4::timestamptz
  FROM generate_series($1::int, $2::int - 1) i`;

const INSERT_SESSIONS = `
  INSERT INTO sessions (id, user_id, refresh_jti, expires_at, revoked_at, revoke_reason, user_agent, ip)
  SELECT md5('session' || i || ':' || k)::uuid, md5('user' || i)::uuid, md5('refresh' || i || ':' || k)::uuid,
         now() + interval '7 days', CASE WHEN $5 THEN now() END, CASE WHEN $5 THEN 'logout' END, 'bench', '127.0.0.1'
  FROM generate_series($1::int, $2::int - 1) i, generate_series($3::int, $3::int + $4::int - 1) k`;

/**
 * Log rows of revocations that a replay need not apply any more and that are not pruned yet, by transactions that every
 * follower has left behind.
 */
const INSERT_LOG = `
  INSERT INTO invalidations (xid, created_at, kind, user_id, session_id, reason)
  SELECT '3'::xid8, now() - make_interval(mins => 40 + i % 25), 'session.revoked', md5('user' || i)::uuid,
         md5('session' || i || ':' || $3)::uuid, 'logout'
  FROM generate_series($1::int, $2::int - 1) i`;

/** Number of the revoked session of each user; the live ones count from 0. */
export const REVOKED_SESSION = 999;
const FIRST_FRESH_SESSION = 1000;

/** A session to be used by one connection of the load generator. */
export interface Seat {
  readonly person: Person;
  readonly session: number;
  /** Which of the session's access tokens; the first where it is left out. */
  readonly issue?: number;
}

/** Users and sessions, written straight into the database. */
export class Population {
  private size = 0;
  /** Whose turn it is, and the number of the next fresh session, which no call before has used. */
  private nextPerson = 0;
  private nextSession = FIRST_FRESH_SESSION;
  private passwordHash: string | undefined;

  constructor(private readonly database: pg.Pool) {}

  get users(): number {
    return this.size;
  }

  /** Adds users up to this number, each with so many live sessions. */
  async growTo(users: number, sessionsEach: number): Promise<void> {
    this.passwordHash ??= await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    await this.database.query(INSERT_USERS, [this.size, users, this.passwordHash, CREATED_AT]);
    await this.database.query(INSERT_SESSIONS, [this.size, users, 0, sessionsEach, false]);
    this.size = users;
    await this.analyze();
  }

  /** Adds one revoked session, with its line in the invalidation log, to each user. */
  async addRevocations(): Promise<void> {
    await this.database.query(INSERT_SESSIONS, [0, this.size, REVOKED_SESSION, 1, true]);
    await this.database.query(INSERT_LOG, [0, this.size, REVOKED_SESSION]);
    await this.analyze();
  }

  /** So many users, in turn. @throws RangeError when there are fewer */
  nextPeople(count: number): Person[] {
    if (count > this.size) throw new RangeError(`${count} of ${this.size} users`);
    const first = this.nextPerson + count > this.size ? 0 : this.nextPerson;
    this.nextPerson = first + count;
    return Array.from({ length: count }, (_, offset) => person(first + offset));
  }

  /** New sessions, each of another user. @throws RangeError when there are fewer users */
  async freshSeats(count: number): Promise<Seat[]> {
    const people = this.nextPeople(count);
    const session = this.nextSession++;
    await this.database.query(INSERT_SESSIONS, [people[0]?.index, this.nextPerson, session, 1, false]);
    return people.map((person) => ({ person, session }));
  }

  private async analyze(): Promise<void> {
    await this.database.query('VACUUM (ANALYZE) users, sessions, invalidations');
  }
}
