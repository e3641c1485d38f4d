import type { HotStatement, Run } from '../database/hot-statements.js';
import type { OutgoingMail } from './outgoing-mail.js';

const QUEUE: HotStatement = {
  name: 'queue_mail',
  text: `
  INSERT INTO mail_outbox (kind, user_id, address, language, data) VALUES ($1, $2, $3, $4, $5)`,
};

/**
 * Writes a mail to the outbox, in the transaction of the change that causes it. It expires 24 h later, unless the letter of its kind says
 * otherwise.
 * @throws Error of the driver
 */
export async function queueMail(
  run: Run,
  { kind, userId = null, address = null, language = null, data = {} }: OutgoingMail,
): Promise<void> {
  await run(QUEUE, [kind, userId, address, language, JSON.stringify(data)]);
}
