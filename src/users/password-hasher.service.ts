import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import { Problems } from '../common/problem.error.js';

/** OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, 2 passes, 1 lane; Argon2id is the library's default. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const MAX_THREADS = Math.max(1, availableParallelism() - 1);
const MAX_WAITING = 100;
/** Of a thread's priority, as of `nice`: a hash takes what requests leave. */
const NICENESS = 10;
const IDLE_THREAD_MS = 30_000;

/**
 * Argon2id on threads of its own and of low priority, one a core but one: logins cannot take the machine from everybody
 * else. Beyond a queue of 100 a login is told to come back.
 */
@Injectable()
export class PasswordHasher implements OnApplicationShutdown {
  private readonly threads = new Piscina<unknown, unknown>({
    filename: new URL('./password-hash.worker.mjs', import.meta.url).href,
    minThreads: 1,
    maxThreads: MAX_THREADS,
    idleTimeout: IDLE_THREAD_MS,
    niceIncrement: NICENESS,
  });
  private hashing = 0;
  private readonly line: (() => void)[] = [];
  private decoy: Promise<string> | undefined;

  constructor() {
    // A thread that dies is replaced; without a listener its death would be the process'.
    this.threads.on('error', (error: Error) => new Logger(PasswordHasher.name).error(error.message));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.threads.destroy();
  }

  /** @throws ProblemError 503 when too many hashes wait */
  async hash(password: string): Promise<string> {
    return (await this.run('hash', { password, parameters: PARAMETERS })) as string;
  }

  /**
   * Whether the password is right. Without a stored hash it takes as long, and is wrong: the time must not tell which
   * accounts exist (OWASP ASVS 4.0 §2.2.1).
   * @throws ProblemError 503 when too many hashes wait
   */
  async verify(stored: string | undefined, password: string): Promise<boolean> {
    const digest = stored ?? (await (this.decoy ??= this.hash(randomUUID())));
    const matches = (await this.run('verify', { digest, password })) as boolean;
    return matches && stored !== undefined;
  }

  /** Whether a hash was made with other parameters than today's. */
  isOutdated(stored: string): boolean {
    const { memoryCost, timeCost, parallelism } = PARAMETERS;
    return !stored.startsWith(`$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`);
  }

  private async run(name: 'hash' | 'verify', task: object): Promise<unknown> {
    if (this.line.length >= MAX_WAITING) throw Problems.unavailable('Too many logins at the moment');
    await this.turn();
    try {
      return await this.threads.run(task, { name });
    } finally {
      this.callNext();
    }
  }

  /** First come, first served: piscina hands a thread that has become free to whoever asks just then, for ever. */
  private async turn(): Promise<void> {
    if (this.hashing < MAX_THREADS) this.hashing += 1;
    else await new Promise<void>((resolve) => this.line.push(resolve));
  }

  private callNext(): void {
    const next = this.line.shift();
    if (next === undefined) this.hashing -= 1;
    else next();
  }
}
