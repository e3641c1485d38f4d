import { availableParallelism } from 'node:os';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import { networkOf } from '../common/network.js';
import { normalisePassword } from '../config/password-rules.js';
import { HashMetrics } from './hash-metrics.js';
import { HashQueue } from './hash-queue.js';
import { isCutOffByBcrypt } from './hashes/bcrypt-hash.js';
import { CURRENT_PARAMETERS, CURRENT_PREFIX, DUMMY_HASH } from './hashes/current-hash.js';
import { readHash } from './hashes/read-hash.js';
import { type HashCheck, isRefusal } from './hashes/stored-hash.js';

const MAX_THREADS = Math.max(1, availableParallelism() - 1);
/** The niceness of the hashing threads: each gets a quarter of a core beside a busy thread of niceness 0 (ADR 0014). */
const NICENESS = 5;
const IDLE_THREAD_MS = 30_000;

/** Bytes are moved to the thread and erased there. A text would be copied, and nobody can erase it. */
interface HashTask {
  readonly passwords: readonly Uint8Array<ArrayBuffer>[];
  readonly digest?: string;
  readonly check?: HashCheck;
  readonly parameters?: typeof CURRENT_PARAMETERS;
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
    return (await this.run('hash', { passwords, parameters: CURRENT_PARAMETERS }, networkOf(ip))) as string;
  }

  /**
   * Whether the password matches the stored hash. Without a stored hash, the dummy hash is verified and the result is false:
   * the response time must not reveal which accounts exist (OWASP ASVS 5.0 V6.3.8). Version 0.1.0 did not normalise passwords:
   * a password that normalisation changes is also verified as it was sent. Other systems did not either: their hashes are compared with
   * the password as it was sent first.
   * @param ip of the caller, `null` when it is not known
   * @param dummy what is verified without a stored hash, see `DummyHashes`
   * @throws ProblemError 503 when too many hashes wait
   */
  async verify(
    stored: string | null | undefined,
    password: string,
    ip: string | null,
    dummy = DUMMY_HASH,
  ): Promise<boolean> {
    const network = networkOf(ip);
    const matches = await this.compare(stored ?? dummy, password, network);
    if (!matches || stored === undefined || stored === null) return false;
    this.queue.remember(network);
    return true;
  }

  /**
   * Whether a hash that the password matches has other parameters than the current ones, or was made of the password before
   * normalisation. A password of which bcrypt counted a part is not kept: the other part may be mistyped.
   * @param ip of the caller, `null` when it is not known
   * @throws ProblemError 503 when too many hashes wait
   */
  async mustRenew(stored: string, password: string, ip: string | null): Promise<boolean> {
    const normalised = normalisePassword(password);
    if (this.isOutdated(stored)) return !isCutOffByBcrypt(stored, password);
    return normalised !== password && !(await this.verify(stored, normalised, ip));
  }

  /** Whether a hash has other parameters than the current ones. */
  isOutdated(stored: string): boolean {
    return !stored.startsWith(CURRENT_PREFIX);
  }

  /** A hash that may not be compared matches no password. The dummy hash is verified instead: the time must not say so. */
  private async compare(stored: string, password: string, network: string): Promise<boolean> {
    const normalised = normalisePassword(password);
    if (!this.isOutdated(stored))
      return this.ask('verify', { digest: stored, passwords: bytesOf(normalised, password) }, network);
    const check = readHash(stored);
    if (!isRefusal(check))
      return this.ask('verifyForeign', { check, passwords: bytesOf(password, normalised) }, network);
    await this.ask('verify', { digest: DUMMY_HASH, passwords: bytesOf(password) }, network);
    return false;
  }

  private async ask(name: 'verify' | 'verifyForeign', task: HashTask, network: string): Promise<boolean> {
    return (await this.run(name, task, network)) as boolean;
  }

  private async run(
    name: 'hash' | 'verify' | 'verifyForeign',
    task: HashTask,
    network: string,
  ): Promise<unknown> {
    await this.metrics.wait(() => this.queue.acquire(network));
    try {
      const transferList = task.passwords.map(({ buffer }) => buffer);
      return await this.threads.run(task, { name, transferList });
    } finally {
      this.queue.release();
    }
  }
}

/** Each text once, in this order. */
const bytesOf = (...texts: string[]): Uint8Array<ArrayBuffer>[] =>
  [...new Set(texts)].map((text) => encoder.encode(text));
