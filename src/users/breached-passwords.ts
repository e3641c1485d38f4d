import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { Actor } from '../common/actor.js';
import { AppConfig } from '../config/app-config.js';
import { normalisePassword } from '../config/password-rules.js';

/** A new password waits no longer than this for the service. */
const TIME_LIMIT_MS = 1000;
/** Look-ups at a time. A service that is slow, or a flood of new passwords, then holds no more connections and memory than these. */
const MAX_LOOK_UPS = 10;
/** An answer has about 1,000 lines of 40 characters. */
const MAX_ANSWER_BYTES = 200_000;
const PREFIX_LENGTH = 5;
/** The rest of a SHA-1 hash, and how often the password was found in breaches. */
const LINE = /^([0-9A-F]{35}):(\d+)$/;

/**
 * Looks passwords up in Have I Been Pwned's Pwned Passwords, or a copy of it. The service gets the first 5 of 40 digits of the
 * password's hash and answers with every known hash that begins with them (k-anonymity). `Add-Padding` hides from a reader of
 * the network how many there are.
 */
@Injectable()
export class BreachedPasswords {
  private readonly logger = new Logger(BreachedPasswords.name);
  private isUsable = true;
  private lookUps = 0;
  /** Whether the log has that there were too many look-ups, since the last moment without one. */
  private hasLoggedFlood = false;

  constructor(private readonly config: AppConfig) {}

  /**
   * Whether the password is known from a breach. False when the look-up is off, and when the service gives no usable answer
   * within a second: an outage of the service must not stop registrations. The outage is logged once, and so is its end. False
   * too while ten look-ups are under way.
   * @param by whose request the log lines name
   */
  async includes(password: string, by: Actor): Promise<boolean> {
    const { hibpUrl } = this.config.passwords;
    if (hibpUrl === undefined) return false;
    if (this.lookUps >= MAX_LOOK_UPS) return this.passUnchecked(by);
    this.lookUps += 1;
    try {
      return await this.ask(hibpUrl, password, by);
    } finally {
      this.lookUps -= 1;
      if (this.lookUps === 0) this.hasLoggedFlood = false;
    }
  }

  private async ask(hibpUrl: string, password: string, by: Actor): Promise<boolean> {
    try {
      const isBreached = await lookUp(hibpUrl, normalisePassword(password));
      if (!this.isUsable) this.logger.log(line('Breached passwords can be looked up again', by));
      this.isUsable = true;
      return isBreached;
    } catch (error) {
      const msg = `Breached passwords cannot be looked up, and are accepted: ${reasonOf(error)}`;
      if (this.isUsable) this.logger.warn(line(msg, by));
      this.isUsable = false;
      return false;
    }
  }

  private passUnchecked(by: Actor): boolean {
    const msg = `${MAX_LOOK_UPS} breached passwords are being looked up; more are accepted unchecked`;
    if (!this.hasLoggedFlood) this.logger.warn(line(msg, by));
    this.hasLoggedFlood = true;
    return false;
  }
}

const line = (msg: string, { requestId }: Actor) => ({ msg, request_id: requestId });

async function lookUp(url: string, password: string): Promise<boolean> {
  const hash = createHash('sha1').update(password).digest('hex').toUpperCase();
  const suffix = hash.slice(PREFIX_LENGTH);
  const answer = await fetch(`${url}/${hash.slice(0, PREFIX_LENGTH)}`, {
    headers: { 'add-padding': 'true', 'user-agent': 'ergodrive-backend' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
  });
  const lines = (await readText(answer)).trimEnd().split(/\r?\n/);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const counts = new Map(lines.map(parseLine));
  // A line with the count 0 is padding.
  return (counts.get(suffix) ?? 0) > 0;
}

function parseLine(line: string): [suffix: string, count: number] {
  const [, suffix, count] = LINE.exec(line) ?? [];
  if (suffix === undefined) throw new Error('the answer is not a list of hashes');
  return [suffix, Number(count)];
}

/** @throws Error when the body is too large */
async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
  }
  return Buffer.concat(chunks).toString();
}

/** `fetch` hides the reason of a failed connection in the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}, ${cause.message}` : message;
}
