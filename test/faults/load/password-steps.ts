import { randomUUID } from 'node:crypto';
import { isAcknowledged } from '../checker/history.js';
import type { Instance } from '../deployment/instance.js';
import { aloneWith, type TestSession, type TestUser } from './population.js';
import type { RecordingClient } from './recording-client.js';
import type { RecordingMailReader } from './recording-mail-reader.js';
import type { SeededRandom } from './seeded-random.js';
import type { SessionPool } from './session-pool.js';

interface PasswordParts {
  readonly client: RecordingClient;
  readonly mails: RecordingMailReader;
  readonly pool: SessionPool;
  readonly random: SeededRandom;
  /** Users whose passwords are changed; they have few sessions. */
  readonly passwordUsers: readonly TestUser[];
}

/** Steps of a load that change passwords, and end sessions thereby. */
export class PasswordSteps {
  /**
   * @param any picks an instance
   * @param probe presents a token to all instances
   */
  constructor(
    private readonly parts: PasswordParts,
    private readonly any: () => Instance,
    private readonly probe: (session: TestSession) => Promise<void>,
  ) {}

  /** Two devices that know the password change it; sometimes both at the same time. */
  async change(): Promise<void> {
    const { passwordUsers, pool, client, random } = this.parts;
    await aloneWith(random.pick(passwordUsers), async (user) => {
      if (user.password === undefined) return;
      const opened = await client.login(this.any(), user);
      const sessions = [...pool.endAllOf(user), ...(opened ? [opened] : [])];
      const changers = random.shuffled(sessions).slice(0, random.next() < 0.5 ? 2 : 1);
      const changes = changers.map(async (session) => {
        const next = `a password of ${randomUUID()}`;
        const known = [...pool.allOf(user), ...(opened ? [opened] : [])];
        const others = known.filter((each) => each !== session);
        const done = await client.changePassword(this.any(), session, next, others);
        return { session, next, done };
      });
      const made = await Promise.all(changes);
      await Promise.all(sessions.slice(0, 3).map((session) => this.probe(session)));
      const changed = made.find(({ done }) => isAcknowledged(done));
      if (changed) pool.add(changed.session);
      user.password = changed?.next;
    });
  }

  /**
   * Somebody who reads the mails of an account takes it back: sometimes by the link of a notice or the undo of a changed address first, which
   * remove the password, and always by a new password. Every session ends at each of them.
   */
  async recover(): Promise<void> {
    const { passwordUsers, pool, client, mails, random } = this.parts;
    await aloneWith(random.pick(passwordUsers), async (user) => {
      const opened = await client.login(this.any(), user);
      const own = opened ? [opened] : [];
      const ended = [...own, ...pool.endAllOf(user)].slice(0, 3);
      const known = [...own, ...pool.allOf(user)];
      user.password = undefined;
      const first = random.pick(['end_sessions', 'undo_email_change', undefined] as const);
      const report = first && (await mails.receive(user, first));
      if (first && report) {
        await mails.use(this.any(), user, first, report, known);
        await Promise.all(ended.map(this.probe));
      }
      const token = await mails.receive(user, 'reset_password');
      if (token === undefined) return;
      const next = `a password of ${randomUUID()}`;
      const done = await mails.use(this.any(), user, 'reset_password', token, known, next);
      if (isAcknowledged(done)) user.password = next;
      await Promise.all(ended.map(this.probe));
    });
  }
}
