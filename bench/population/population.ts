import { hash } from '@node-rs/argon2';
import type pg from 'pg';
import { type BenchSession, type BenchUser, benchUser, CREATED_AT, PASSWORD } from './bench-user.js';

const INSERT_USERS = `
  INSERT INTO users (id, email, password_hash, full_name, role, created_at, updated_at)
  SELECT md5('user' || i)::uuid, 'user' || i || '@bench.example', $3, 'Bench User ' || i, 'student', $4::timestamptz, $4::timestamptz
  FROM generate_series($1::int, $2::int - 1) i`;

const INSERT_SESSIONS = `
  INSERT INTO sessions (id, user_id, refresh_jti, expires_at, user_agent, ip)
  SELECT md5('session' || i || ':' || k)::uuid, md5('user' || i)::uuid, md5('refresh' || i || ':' || k)::uuid,
         now() + interval '7 days', 'bench', '127.0.0.1'
  FROM generate_series($1::int, $2::int - 1) i, generate_series($3::int, $3::int + $4::int - 1) k`;

const FIRST_CREATED_SESSION = 1000;

/** Users and sessions, inserted into the database by SQL. */
export class Population {
  private size = 0;
  private nextUser = 0;
  private nextSession = FIRST_CREATED_SESSION;
  private passwordHash: string | undefined;

  constructor(private readonly database: pg.Pool) {}

  get users(): number {
    return this.size;
  }

  /** Adds users up to this number, each with `sessionsEach` live sessions. */
  async growTo(users: number, sessionsEach: number): Promise<void> {
    this.passwordHash ??= await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    await this.database.query(INSERT_USERS, [this.size, users, this.passwordHash, CREATED_AT]);
    await this.database.query(INSERT_SESSIONS, [this.size, users, 0, sessionsEach]);
    this.size = users;
    await this.analyze();
  }

  /** The users from this one on. */
  usersFrom(first: number): BenchUser[] {
    return Array.from({ length: this.size - first }, (_, offset) => benchUser(first + offset));
  }

  /** The next `count` users. After the last user, the first users follow again. @throws RangeError when there are fewer users */
  nextUsers(count: number): BenchUser[] {
    if (count > this.size) throw new RangeError(`${count} of ${this.size} users`);
    const first = this.nextUser + count > this.size ? 0 : this.nextUser;
    this.nextUser = first + count;
    return Array.from({ length: count }, (_, offset) => benchUser(first + offset));
  }

  /** Creates one session for each of the next `count` users. @throws RangeError when there are fewer users */
  async createSessions(count: number): Promise<BenchSession[]> {
    const users = this.nextUsers(count);
    const number = this.nextSession++;
    await this.database.query(INSERT_SESSIONS, [users[0]?.index, this.nextUser, number, 1]);
    return users.map((user) => ({ user, number }));
  }

  /** Creates one session for the next user. */
  async createSession(): Promise<BenchSession> {
    const [session] = await this.createSessions(1);
    if (session === undefined) throw new RangeError('no session was created');
    return session;
  }

  private async analyze(): Promise<void> {
    await this.database.query('VACUUM (ANALYZE) users, sessions');
  }
}
