import { randomUUID } from 'node:crypto';
import type { HotStatement, Run } from '../database/hot-statements.js';
import type { OutgoingMail } from './outgoing-mail.js';

const QUEUE: HotStatement = {
  name: 'queue_mail',
  text: `
  INSERT INTO mail_outbox (id, kind, user_id, address, language, data, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, statement_timestamp() + interval '24 hours')`,
};

/** Writes the row of a mail. */
export async function queueMail(run: Run, mail: OutgoingMail): Promise<void> {
  const { kind, userId = null, address = null, language = null, data = {} } = mail;
  await run(QUEUE, [randomUUID(), kind, userId, address, language, data]);
}
