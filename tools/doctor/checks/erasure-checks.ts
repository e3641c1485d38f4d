import { erase, logIn, readAccount } from '../../service/account.js';
import type { Check, InstanceCheck } from '../check.js';
import { answeredAt } from '../examination.js';
import { demand, describe, PromiseBroken } from '../observation.js';
import { administer } from './admin-checks.js';

/** With a session of its own: the others have ended. */
export const ERASE: Check = {
  id: 'erase',
  promise: 'the account can be erased',
  async run(examination) {
    const { credentials, entry, options } = examination;
    if (examination.isDeactivated) {
      demand(await administer(examination, { is_active: true }), 200, 'the activation');
      examination.isDeactivated = false;
    }
    await examination.open('erased');
    const session = examination.session('erased');
    for (const { client, name } of options.instances)
      demand(await readAccount(client, session.tokens.access_token), 200, `the access token at ${name}`);
    const answer = demand(
      await erase(entry, session.tokens.access_token, credentials.password),
      204,
      'the erasure',
    );
    examination.isErasing = true;
    examination.sessions.delete(session);
    await examination.followRevocation('erasure', session, answeredAt(answer));
    return { ms: answer.ms };
  },
};

export const ERASED_ACCESS: InstanceCheck = {
  id: 'erased-access',
  promise: 'after the erasure, the access token is refused at once',
  runOn: async (instance, examination) => examination.changeOn('erasure', instance),
};

export const ERASED_LOGIN: Check = {
  id: 'erased-login',
  promise: 'an erased account cannot log in',
  async run(examination) {
    const { entry, credentials } = examination;
    const answer = await examination.limited('the login', () => logIn(entry, credentials));
    const { code, ms } = answer;
    if (code === 'user_inactive') return { ms, detail: 'deactivated until DELETION_GRACE_DAYS have passed' };
    if (code !== 'invalid_credentials')
      throw new PromiseBroken(
        `the login was answered with ${describe(answer)}, not 401 invalid_credentials or 403 user_inactive`,
        { ms },
      );
    examination.account = undefined;
    return { ms };
  },
};
