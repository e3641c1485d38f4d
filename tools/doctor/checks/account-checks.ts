import type { SessionPageDto } from '../../../packages/client/src/generated/types.gen.js';
import { readAccount, register } from '../../service/account.js';
import { UsageError } from '../../service/usage-error.js';
import { type Check, NO_ADMIN, type InstanceCheck } from '../check.js';
import { demand, formatMs, PromiseBroken } from '../observation.js';
import type { Examination, Instance } from '../examination.js';

export const ADMIN_LOGIN: Check = {
  id: 'admin-login',
  promise: 'the admin can log in',
  async run(examination) {
    const { admin } = examination.options;
    if (admin === undefined) return { skipped: NO_ADMIN };
    const answer = await examination.logIn(admin);
    if (answer.code === 'invalid_credentials')
      throw new UsageError('the address or the password of the admin is wrong');
    const { ms } = examination.keep('admin', answer);
    const { access_token: token } = examination.session('admin').tokens;
    const { body } = demand(await readAccount(examination.entry, token), 200, "the admin's account");
    if (body.role !== 'admin') throw new UsageError(`${body.email} has the role ${body.role}`);
    return { ms };
  },
};

export const REGISTER: Check = {
  id: 'register',
  promise: 'a stranger can register',
  async run(examination) {
    const { credentials } = examination;
    const answer = await examination.limited('the registration', () =>
      register(examination.entry, credentials, 'Doctor'),
    );
    const { body, ms } = demand(answer, 201, 'the registration');
    examination.account = body;
    return { ms, detail: `${body.email}, ${body.role}` };
  },
};

export const LOGIN: Check = {
  id: 'login',
  promise: 'the account can log in',
  async run(examination) {
    const { ms, body } = await examination.open('first');
    return { ms, detail: `the access token lives ${Math.round(body.expires_in / 60)} min` };
  },
};

export const READ: InstanceCheck = {
  id: 'read',
  promise: 'the access token is accepted, twice',
  async runOn(instance, examination) {
    const first = await read(instance, examination);
    const second = await read(instance, examination);
    return { ms: second.ms, detail: `first ${formatMs(first.ms)} ms, second ${formatMs(second.ms)} ms` };
  },
};

async function read({ client }: Instance, examination: Examination) {
  const { access_token: token } = examination.session('first').tokens;
  const answer = demand(await readAccount(client, token), 200, 'the account');
  if (answer.body.id === examination.accountId) return answer;
  throw new PromiseBroken('the answer is the account of somebody else', { ms: answer.ms });
}

export const SESSIONS: Check = {
  id: 'sessions',
  promise: 'the session is listed',
  async run(examination) {
    const { tokens, id } = examination.session('first');
    const answer = await examination.entry.send<SessionPageDto>('GET', '/api/v1/sessions', {
      token: tokens.access_token,
    });
    const { body, ms } = demand(answer, 200, 'the list of sessions');
    if (!body.sessions.some((session) => session.id === id && session.current))
      throw new PromiseBroken('the list does not have the session', { ms });
    return { ms, detail: `${body.total} live` };
  },
};
