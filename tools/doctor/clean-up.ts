import { logOut } from '../service/account.js';
import { reasonOf, type ServiceClient } from '../service/service-client.js';
import { administer } from './checks/admin-checks.js';
import { describe } from './observation.js';
import type { Examination } from './examination.js';

/**
 * Ends the sessions that the examination has opened, and as an admin deactivates its account. The API deletes no account.
 * @returns what is left, as sentences
 */
export async function cleanUp(examination: Examination): Promise<string[]> {
  for (const channel of examination.channels.values()) channel.close();
  const left = await leftOfAccount(examination);
  const ends = [...examination.sessions].map(({ id, tokens }) =>
    endOf(examination.entry, id, tokens.access_token),
  );
  return [...left, ...(await Promise.all(ends)).filter((sentence) => sentence !== undefined)];
}

/** @returns what is left of the session, when its end was not acknowledged */
async function endOf(client: ServiceClient, id: string, token: string): Promise<string | undefined> {
  const failure = await attempt(() => logOut(client, token), [200, 401]);
  return failure && `Session ${id} may be live until it expires (logout: ${failure}).`;
}

async function leftOfAccount(examination: Examination): Promise<string[]> {
  const { account, options, isDeactivated } = examination;
  if (account === undefined) return [];
  const subject = `The account ${account.email} (${account.id})`;
  if (isDeactivated) return [`${subject} stays, deactivated and without a live session.`];
  if (options.admin === undefined) return [`${subject} stays, active; nobody knows its random password.`];
  const failure = await attempt(
    () => administer(examination, { role: account.role, is_active: false }),
    [200],
  );
  if (failure !== undefined) return [`${subject} stays, active (deactivation: ${failure}).`];
  return [`${subject} stays, deactivated and without a live session.`];
}

/** @returns why it failed, or undefined */
async function attempt(
  send: () => ReturnType<typeof logOut>,
  expected: readonly number[],
): Promise<string | undefined> {
  try {
    const answer = await send();
    return expected.includes(answer.status) ? undefined : describe(answer);
  } catch (error) {
    return reasonOf(error);
  }
}
