import { randomUUID } from 'node:crypto';
import { isAcknowledged } from '../checker/history.js';
import type { Instance } from '../deployment/instance.js';
import type { TestSession, TestUser } from './population.js';
import type { RecordingClient } from './recording-client.js';
import type { RecordingMailReader } from './recording-mail-reader.js';
import type { SeededRandom } from './seeded-random.js';
import type { SessionPool } from './session-pool.js';

interface RecoveryParts {
  readonly client: RecordingClient;
  readonly mails: RecordingMailReader;
  readonly pool: SessionPool;
  readonly random: SeededRandom;
}

/**
 * Somebody who reads the mails of an account takes it back: sometimes by the link of a notice or the undo of a changed address first, which
 * remove the password, and always by a new password. Every session ends at each of them.
 * @param anyInstance picks one
 * @param probe presents a token to all instances
 */
export async function recover(
  { pool, client, mails, random }: RecoveryParts,
  user: TestUser,
  anyInstance: () => Instance,
  probe: (session: TestSession) => Promise<void>,
): Promise<void> {
  const opened = await client.login(anyInstance(), user);
  const own = opened ? [opened] : [];
  const ended = [...own, ...pool.endAllOf(user)].slice(0, 3);
  const known = [...own, ...pool.allOf(user)];
  user.password = undefined;
  const first = random.pick(['end_sessions', 'undo_email_change', undefined] as const);
  const report = first && (await mails.receive(user, first));
  if (first && report) {
    await mails.use(anyInstance(), user, first, report, known);
    await Promise.all(ended.map(probe));
  }
  const token = await mails.receive(user, 'reset_password');
  if (token === undefined) return;
  const next = `a password of ${randomUUID()}`;
  const done = await mails.use(anyInstance(), user, 'reset_password', token, known, next);
  if (isAcknowledged(done)) user.password = next;
  await Promise.all(ended.map(probe));
}
