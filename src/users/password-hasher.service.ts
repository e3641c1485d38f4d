import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { Problems } from '../common/problem.error.js';

/** OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, 2 passes, 1 lane; Argon2id is the library's default. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const MAX_WAITING = 100;

/**
 * Argon2id on libuv's threads, never on the event loop. At most one hash a core runs at a time, so that logins cannot
 * take the machine from everybody else; beyond a queue of 100 a login is told to come back.
 */
@Injectable()
export class PasswordHasher {
  private free = Math.max(1, availableParallelism() - 1);
  private readonly waiting: (() => void)[] = [];
  private readonly decoy = hash(randomBytes(32), PARAMETERS);

  /** @throws ProblemError 503 when too many hashes wait */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password, PARAMETERS));
  }

  /**
   * Whether the password is right. Without a stored hash it takes as long, and is wrong: the time must not tell which
   * accounts exist (OWASP ASVS 4.0 §2.2.1).
   * @throws ProblemError 503 when too many hashes wait
   */
  async verify(stored: string | undefined, password: string): Promise<boolean> {
    const digest = stored ?? (await this.decoy);
    const matches = await this.inTurn(() => verify(digest, password).catch(() => false));
    return matches && stored !== undefined;
  }

  /** Whether a hash was made with other parameters than today's. */
  isOutdated(stored: string): boolean {
    const { memoryCost, timeCost, parallelism } = PARAMETERS;
    return !stored.startsWith(`$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`);
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else if (this.waiting.length >= MAX_WAITING) throw Problems.unavailable('Too many logins at the moment');
    else await new Promise<void>((turn) => this.waiting.push(turn));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
