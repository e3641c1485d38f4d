import { availableParallelism } from 'node:os';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import { networkOf } from '../common/network.js';
import { normalisePassword } from '../config/password-rules.js';
import { HashMetrics } from './hash-metrics.js';
import { HashQueue } from './hash-queue.js';

/** OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, 2 passes, 1 lane; Argon2id is the library's default. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** The start of every hash with these parameters (PHC string format). */
const PREFIX = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`;
/** A dummy hash for unknown users: a fixed salt of 16 bytes and a fixed value of 32 bytes. No password is known for it. */
const DUMMY_HASH = PREFIX + [16, 32].map((bytes) => 'A'.repeat(Math.ceil((bytes * 4) / 3))).join('$');
const MAX_THREADS = Math.max(1, availableParallelism() - 1);
/** The niceness of the hashing threads: each gets a quarter of a core beside a busy thread of niceness 0 (ADR 0014). */
const NICENESS = 5;
const IDLE_THREAD_MS = 30_000;

/** Bytes are moved to the thread and erased there. A text would be copied, and nobody can erase it. */
interface HashTask {
  readonly passwords: readonly Uint8Array<ArrayBuffer>[];
  readonly digest?: string;
  readonly parameters?: typeof PARAMETERS;
}

const encoder = new TextEncoder();

/**
 * Hashes and verifies passwords with Argon2id, on its own threads of low priority: one for each core except one. So logins
 * do not take the processor from other requests. Passwords are normalised before they
 * are hashed. The networks of the callers take turns, see {@link HashQueue}.
 */
@Injectable()
export class PasswordHasher implements OnApplicationShutdown {
  private readonly threads = new Piscina<unknown, unknown>({
    filename: new URL('./password-hash.worker.mjs', import.meta.url).href,
    minThreads: 1,
    maxThreads: MAX_THREADS,
    idleTimeout: IDLE_THREAD_MS,
    niceIncrement: NICENESS,
    // An idle thread waits for messages. Blocked in `Atomics.wait` it would keep the last task, and answer no inspector.
    atomics: 'disabled',
  });
  /** piscina's own queue is not used: it gives a free thread to a new task before those that wait, again and again. */
  private readonly queue = new HashQueue(MAX_THREADS);
  private readonly metrics = new HashMetrics(this.queue);

  constructor() {
    // piscina replaces a thread that fails. Without a listener, the `error` event would end the process.
    this.threads.on('error', (error: Error) => new Logger(PasswordHasher.name).error(error.message));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.threads.destroy();
  }

  /**
   * @param ip of the caller, `null` when it is not known
   * @throws ProblemError 503 when too many hashes wait
   */
  async hash(password: string, ip: string | null): Promise<string> {
    const passwords = [encoder.encode(normalisePassword(password))];
    return (await this.run('hash', { passwords, parameters: PARAMETERS }, networkOf(ip))) as string;
  }

  /**
   * Whether the password matches the stored hash. Without a stored hash, the dummy hash is verified and the result is false:
   * the response time must not reveal which accounts exist (OWASP ASVS 5.0 V6.3.8). Version 0.1.0 did not normalise passwords:
   * a password that normalisation changes is also verified as it was sent.
   * @param ip of the caller, `null` when it is not known
   * @throws ProblemError 503 when too many hashes wait
   */
  async verify(stored: string | null | undefined, password: string, ip: string | null): Promise<boolean> {
    const network = networkOf(ip);
    const passwords = [...new Set([normalisePassword(password), password])].map((text) =>
      encoder.encode(text),
    );
    const task = { digest: stored ?? DUMMY_HASH, passwords };
    const matches = (await this.run('verify', task, network)) as boolean;
    if (!matches || stored === undefined || stored === null) return false;
    this.queue.remember(network);
    return true;
  }

  /**
   * Whether a hash that the password matches has other parameters than the current ones, or was made of the password before
   * normalisation.
   * @param ip of the caller, `null` when it is not known
   * @throws ProblemError 503 when too many hashes wait
   */
  async mustRenew(stored: string, password: string, ip: string | null): Promise<boolean> {
    const normalised = normalisePassword(password);
    if (this.isOutdated(stored)) return true;
    return normalised !== password && !(await this.verify(stored, normalised, ip));
  }

  /** Whether a hash has other parameters than the current ones. */
  isOutdated(stored: string): boolean {
    return !stored.startsWith(PREFIX);
  }

  private async run(name: 'hash' | 'verify', task: HashTask, network: string): Promise<unknown> {
    await this.metrics.wait(() => this.queue.acquire(network));
    try {
      const transferList = task.passwords.map(({ buffer }) => buffer);
      return await this.threads.run(task, { name, transferList });
    } finally {
      this.queue.release();
    }
  }
}
