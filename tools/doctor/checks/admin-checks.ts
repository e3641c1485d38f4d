import type { AdministerUserDto, UserDto } from '../../../packages/client/src/generated/types.gen.js';
import { logIn, readAccount } from '../../service/account.js';
import type { Answer, ServiceClient } from '../../service/service-client.js';
import type { Check, InstanceCheck } from '../check.js';
import { demand, describe, PromiseBroken } from '../observation.js';
import { answeredAt, type Examination } from '../examination.js';
import type { State } from '../staleness.js';

/** A role that a route can demand, and that administers nothing. */
const ROLE = 'researcher';

/** The route for gateways demands a role: 200 with it, 403 without. */
const demandRole = (examination: Examination) => (client: ServiceClient) =>
  client.send('GET', `/api/v1/auth/check?role=${ROLE}`, {
    token: examination.session('administered').tokens.access_token,
  });

const between =
  (old: number, next: number) =>
  ({ status }: Answer<unknown>): State =>
    status === old ? 'old' : status === next ? 'new' : 'other';

/** A third session: the first two have ended. */
export const ROLE_GRANT: Check = {
  id: 'role-grant',
  promise: `an admin can grant the role ${ROLE}`,
  needsAdmin: true,
  async run(examination) {
    await examination.open('administered');
    for (const { client, name } of examination.options.instances)
      demand(await demandRole(examination)(client), 403, `the role at ${name}`);
    const answer = demand(await administer(examination, { role: ROLE }), 200, 'the change of the role');
    await examination.follow('role-grant', answeredAt(answer), between(403, 200), demandRole(examination));
    return { ms: answer.ms };
  },
};

export const ROLE_GRANTED: InstanceCheck = {
  id: 'role-granted',
  promise: 'a granted role is accepted at once',
  needsAdmin: true,
  runOn: async (instance, examination) => examination.changeOn('role-grant', instance),
};

export const ROLE_REMOVE: Check = {
  id: 'role-remove',
  promise: 'an admin can take the role away',
  needsAdmin: true,
  async run(examination) {
    const role = examination.account?.role;
    const answer = demand(await administer(examination, { role }), 200, 'the change of the role');
    await examination.follow('role-remove', answeredAt(answer), between(200, 403), demandRole(examination));
    return { ms: answer.ms };
  },
};

export const ROLE_REMOVED: InstanceCheck = {
  id: 'role-removed',
  promise: 'a role that was taken away is refused at once',
  needsAdmin: true,
  runOn: async (instance, examination) => examination.changeOn('role-remove', instance),
};

export const DEACTIVATE: Check = {
  id: 'deactivate',
  promise: 'an admin can deactivate the account',
  needsAdmin: true,
  async run(examination) {
    const session = examination.session('administered');
    for (const { client, name } of examination.options.instances)
      demand(await readAccount(client, session.tokens.access_token), 200, `the access token at ${name}`);
    const answer = demand(await administer(examination, { is_active: false }), 200, 'the deactivation');
    examination.isDeactivated = true;
    examination.sessions.delete(session);
    await examination.followRevocation('deactivation', session, answeredAt(answer));
    return { ms: answer.ms };
  },
};

export const DEACTIVATED_ACCESS: InstanceCheck = {
  id: 'deactivated-access',
  promise: 'after the deactivation, the access token is refused at once',
  needsAdmin: true,
  runOn: async (instance, examination) => examination.changeOn('deactivation', instance),
};

export const DEACTIVATED_LOGIN: Check = {
  id: 'deactivated-login',
  promise: 'a deactivated account cannot log in',
  needsAdmin: true,
  async run(examination) {
    const { entry, credentials } = examination;
    const answer = await examination.limited('the login', () => logIn(entry, credentials));
    if (answer.code === 'user_inactive') return { ms: answer.ms };
    throw new PromiseBroken(`the login was answered with ${describe(answer)}, not 403 user_inactive`, {
      ms: answer.ms,
    });
  },
};

/** Changes the account of the examination, as the admin. */
export function administer(examination: Examination, change: AdministerUserDto): Promise<Answer<UserDto>> {
  return examination.entry.send('PATCH', `/api/v1/users/${examination.accountId}`, {
    token: examination.session('admin').tokens.access_token,
    body: change,
  });
}
