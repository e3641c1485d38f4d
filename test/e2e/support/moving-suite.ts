import { sql } from '../../support/postgres/sql.js';
import { Deployment } from './deployment.js';
import { MovingCommand } from './moving-command.js';

/** A hash of bcrypt with cost 5, and its password: a test vector of crypt_blowfish. */
export const BCRYPT = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
export const BCRYPT_PASSWORD = 'U*U';
const CURRENT = '$argon2id$v=19$m=19456,t=2,p=1$';

export interface StoredAccount {
  readonly id: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly full_name: string;
  readonly role: string;
  readonly is_active: boolean;
  readonly password_hash: string | null;
  readonly locale: string | null;
  readonly created_at: Date;
}

/** A deployment, and the commands that move accounts on its database. */
export class MovingSuite {
  private constructor(
    readonly deployment: Deployment,
    readonly command: MovingCommand,
  ) {}

  static async start(): Promise<MovingSuite> {
    const deployment = await Deployment.start({ redisUrl: null });
    return new MovingSuite(deployment, await MovingCommand.for(deployment.databaseUrl));
  }

  stop(): Promise<void> {
    return this.deployment.stop();
  }

  async accountOf(email: string): Promise<StoredAccount | undefined> {
    const statement = 'SELECT * FROM users WHERE email = $1';
    return (await sql<StoredAccount>(this.deployment.databaseUrl, statement, [email]))[0];
  }

  tryLogin(email: string, password: string) {
    return this.deployment.accounts().tryLogin({ email, password });
  }

  /** The account logs in with this password alone, and the first login renews its hash. */
  async expectLogin(email: string, password: string): Promise<void> {
    const before = await this.accountOf(email);
    expect((await this.tryLogin(email, `${password}x`)).status).toBe(401);
    expect((await this.accountOf(email))?.password_hash).toBe(before?.password_hash);
    expect((await this.tryLogin(email, password)).status).toBe(200);
    expect((await this.accountOf(email))?.password_hash).toContain(CURRENT);
    expect((await this.tryLogin(email, password)).status).toBe(200);
  }
}
