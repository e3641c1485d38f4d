import type { HotStatement } from '../database/hot-statements.js';

/** How long a sender has a mail for itself. It sends within that time, or not at all. */
export const LEASE_SECONDS = 120;

const FIRST_DELAY_SECONDS = 5;
/** The longest time between two attempts. */
const LONGEST_DELAY_SECONDS = 900;
/** 2 to this power, times the first delay, is beyond the longest one. */
const LAST_DOUBLING = 8;

const EXPIRED = `failed_at IS NULL AND next_attempt_at <= now() AND expires_at <= now()`;

/** Takes the mail that is due longest, of a kind that this version knows. A mail that another sender is taking is passed over. */
export const CLAIM: HotStatement = {
  name: 'claim_mail',
  text: `
  UPDATE mail_outbox SET lease = gen_random_uuid(), attempts = attempts + 1,
    next_attempt_at = clock_timestamp() + interval '${LEASE_SECONDS} s'
  WHERE id = (
    SELECT id FROM mail_outbox
    WHERE failed_at IS NULL AND next_attempt_at <= now() AND expires_at > now() AND kind = ANY($1::text[])
    ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING id, lease, kind`,
};

/** The row of a mail, as long as the lease is that of the sender. */
export const READ: HotStatement = {
  name: 'read_mail',
  text: `
  SELECT id, kind, user_id AS "userId", address, language, data, created_at AS "createdAt", expires_at AS "expiresAt",
    prepared_at IS NOT NULL AS "isPrepared"
  FROM mail_outbox WHERE id = $1 AND lease = $2 AND next_attempt_at > now() FOR UPDATE`,
};

export const MARK_PREPARED: HotStatement = {
  name: 'mark_mail_prepared',
  text: 'UPDATE mail_outbox SET prepared_at = coalesce(prepared_at, now()), expires_at = $2 WHERE id = $1',
};

/** Answers a row if the lease holds and the mail has not expired; then the lease begins anew. */
export const RENEW: HotStatement = {
  name: 'renew_mail_lease',
  text: `
  UPDATE mail_outbox SET next_attempt_at = clock_timestamp() + interval '${LEASE_SECONDS} s'
  WHERE id = $1 AND lease = $2 AND next_attempt_at > clock_timestamp() AND expires_at > clock_timestamp()
  RETURNING id`,
};

/** Whoever has the lease now: a server has taken the mail. */
export const REMOVE: HotStatement = { name: 'remove_mail', text: 'DELETE FROM mail_outbox WHERE id = $1' };

/** The delay doubles with each attempt, and half of it is by chance, so that mails do not come back all at once. */
export const RETRY: HotStatement = {
  name: 'retry_mail',
  text: `
  UPDATE mail_outbox SET lease = NULL, last_error = $3, next_attempt_at = least(expires_at, clock_timestamp() + interval '1 s' * (
    least(${LONGEST_DELAY_SECONDS}, ${FIRST_DELAY_SECONDS} * 2 ^ least(attempts - 1, ${LAST_DOUBLING})) * (0.5 + random() / 2)))
  WHERE id = $1 AND lease = $2`,
};

/** As if it had not been taken. */
export const GIVE_BACK: HotStatement = {
  name: 'give_mail_back',
  text: `
  UPDATE mail_outbox SET lease = NULL, attempts = attempts - 1, next_attempt_at = now() WHERE id = $1 AND lease = $2`,
};

/** A dead letter of an account that was deleted keeps no address: it is not sent again, and nothing else would remove the address. */
const KEPT_ADDRESS = `address = CASE WHEN data->>'forgets_address' = 'true' THEN NULL ELSE address END`;

export const BURY: HotStatement = {
  name: 'bury_mail',
  text: `
  UPDATE mail_outbox SET lease = NULL, last_error = $3, failed_at = now(), ${KEPT_ADDRESS} WHERE id = $1 AND lease = $2 RETURNING id`,
};

/** Makes mails that have expired dead letters, of whatever kind they are. */
export const BURY_EXPIRED: HotStatement = {
  name: 'bury_expired_mails',
  text: `
  UPDATE mail_outbox SET lease = NULL, failed_at = now(), ${KEPT_ADDRESS}, last_error = coalesce(last_error, 'no attempt before the mail expired')
  WHERE id = ANY (ARRAY(SELECT id FROM mail_outbox WHERE ${EXPIRED} LIMIT 100 FOR UPDATE SKIP LOCKED))
  RETURNING id, kind, attempts, last_error`,
};

/** What waits, since when the oldest of it waits, why the last attempt at one of these failed, and what is dead. */
export const COUNT: HotStatement = {
  name: 'count_mails',
  text: `
  SELECT count(*) FILTER (WHERE failed_at IS NULL)::int AS waiting, count(*) FILTER (WHERE failed_at IS NOT NULL)::int AS dead,
    coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE failed_at IS NULL)), 0)::float8 AS "oldestSeconds",
    min(last_error) FILTER (WHERE failed_at IS NULL) AS "lastError"
  FROM mail_outbox`,
};
