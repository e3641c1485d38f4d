import { erase, logIn, logOut } from '../service/account.js';
import { type Answer, reasonOf } from '../service/service-client.js';
import { describe } from './observation.js';
import type { Examination, OpenSession } from './examination.js';

/** How the login of an account is answered that is erased, and of one that waits for its day. */
const [GONE, WAITS] = ['invalid_credentials', 'user_inactive'];

/**
 * Erases the account of the examination, which ends its sessions, and ends the others that were opened.
 * @returns what is left, as sentences
 */
export async function cleanUp(examination: Examination): Promise<string[]> {
  const { adminSession, channels, sessions } = examination;
  for (const channel of channels.values()) channel.close();
  const left = await leftOfAccount(examination);
  const open = [...sessions].filter((session) => !left.hasEnded || session === adminSession);
  const ends = open.map((session) => endOf(examination, session));
  return [left.sentence, ...(await Promise.all(ends))].filter((sentence) => sentence !== undefined);
}

interface Left {
  /** Whether the sessions of the account have ended. */
  readonly hasEnded: boolean;
  readonly sentence?: string;
}

async function leftOfAccount(examination: Examination): Promise<Left> {
  const { account, isErasing } = examination;
  if (account === undefined) return { hasEnded: true };
  const failure = isErasing ? undefined : await attempt(() => eraseAccount(examination), [204, 404]);
  // Whether it was erased, also by an answer that was lost, is what a login says.
  const login = await attempt(() => logInAgain(examination), []);
  if (login?.includes(GONE) === true) return { hasEnded: true };
  const subject = `The account ${account.email} (${account.id})`;
  if (failure === undefined && login?.includes(WAITS) === true)
    return { hasEnded: true, sentence: `${subject} is erased when DELETION_GRACE_DAYS have passed.` };
  const reasons = failure === undefined ? `login: ${login}` : `erasure: ${failure}; login: ${login}`;
  return { hasEnded: false, sentence: `${subject} stays (${reasons}); nobody knows its random password.` };
}

async function logInAgain(examination: Examination): Promise<Answer<unknown>> {
  const answer = await logIn(examination.entry, examination.credentials);
  return answer.status === 200 ? examination.keep('clean-up', answer) : answer;
}

/** As the admin, for whom a deactivated account is no other; else with a new session of the account. */
async function eraseAccount(examination: Examination): Promise<Answer<unknown>> {
  const { accountId, adminSession, credentials, entry } = examination;
  if (adminSession !== undefined)
    return entry.send('DELETE', `/api/v1/users/${accountId}`, { token: adminSession.tokens.access_token });
  const { body } = examination.keep('clean-up', await logIn(entry, credentials));
  return erase(entry, body.access_token, credentials.password);
}

/** @returns what is left of the session, when its end was not acknowledged */
async function endOf({ entry }: Examination, { id, tokens }: OpenSession): Promise<string | undefined> {
  const failure = await attempt(() => logOut(entry, tokens.access_token), [200, 401]);
  return failure && `Session ${id} may be live until it expires (logout: ${failure}).`;
}

/** @returns why it failed, or undefined */
async function attempt(
  send: () => Promise<Answer<unknown>>,
  expected: readonly number[],
): Promise<string | undefined> {
  try {
    const answer = await send();
    return expected.includes(answer.status) ? undefined : describe(answer);
  } catch (error) {
    return reasonOf(error);
  }
}
