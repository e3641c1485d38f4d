import type { ProblemDto, UserDto } from '../../../packages/client/src/generated/types.gen.js';
import { logIn, readAccount } from '../../service/account.js';
import type { Answer, ServiceClient } from '../../service/service-client.js';
import type { Check, InstanceCheck } from '../check.js';
import { demand, describe, PromiseBroken } from '../observation.js';
import { answeredAt, type Examination } from '../examination.js';
import type { State } from '../staleness.js';

const ONE_ROLE = 'the deployment has one role beside admin';

/** The route for gateways demands the granted role: 200 with it, 403 without. */
const demandRole = (examination: Examination) => (client: ServiceClient) =>
  client.send('GET', `/api/v1/auth/check?role=${examination.grantedRole ?? ''}`, {
    token: examination.session('administered').tokens.access_token,
  });

/** A role that administers nothing, and that the account does not have. The refusal of a role without a name has all roles. */
async function otherRole(examination: Examination): Promise<string | undefined> {
  const { body } = demand(await demandRole(examination)(examination.entry), 422, 'a role without a name');
  const { errors = [] } = body as ProblemDto;
  return errors
    .flatMap(({ allowed = [] }) => allowed)
    .find((role) => role !== 'admin' && role !== examination.account?.role);
}

/** How an instance follows a change of the role. */
const roleChangeOn =
  (change: string): InstanceCheck['runOn'] =>
  async (instance, examination) =>
    examination.grantedRole === undefined ? { skipped: ONE_ROLE } : examination.changeOn(change, instance);

const between =
  (old: number, next: number) =>
  ({ status }: Answer<unknown>): State =>
    status === old ? 'old' : status === next ? 'new' : 'other';

/** A third session: the first two have ended. */
export const ROLE_GRANT: Check = {
  id: 'role-grant',
  promise: 'an admin can grant another role',
  needsAdmin: true,
  async run(examination) {
    await examination.open('administered');
    const role = await otherRole(examination);
    if (role === undefined) return { skipped: ONE_ROLE };
    examination.grantedRole = role;
    for (const { client, name } of examination.options.instances)
      demand(await demandRole(examination)(client), 403, `the role at ${name}`);
    const answer = demand(await administer(examination, { role }), 200, 'the change of the role');
    await examination.follow('role-grant', answeredAt(answer), between(403, 200), demandRole(examination));
    return { ms: answer.ms, detail: role };
  },
};

export const ROLE_GRANTED: InstanceCheck = {
  id: 'role-granted',
  promise: 'a granted role is accepted at once',
  needsAdmin: true,
  runOn: roleChangeOn('role-grant'),
};

export const ROLE_REMOVE: Check = {
  id: 'role-remove',
  promise: 'an admin can take the role away',
  needsAdmin: true,
  async run(examination) {
    if (examination.grantedRole === undefined) return { skipped: ONE_ROLE };
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
  runOn: roleChangeOn('role-remove'),
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
export function administer(
  examination: Examination,
  change: { role?: string; is_active?: boolean },
): Promise<Answer<UserDto>> {
  return examination.entry.send('PATCH', `/api/v1/users/${examination.accountId}`, {
    token: examination.session('admin').tokens.access_token,
    body: change,
  });
}
