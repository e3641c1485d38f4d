import { logOut, refresh } from '../../service/account.js';
import type { Check, InstanceCheck } from '../check.js';
import { demand, demandRevoked, PromiseBroken } from '../observation.js';
import { answeredAt } from '../examination.js';
import { LiveChannel, within } from '../live-channel.js';

const ENDED_CODE = 4001;
/** An instance without a notification reads the log twice a second. The rest is for the way and for a busy machine. */
const END_WITHIN_MS = 5000;

export const LIVE_OPEN: InstanceCheck = {
  id: 'live-channel',
  promise: 'the live channel of the session opens',
  async runOn(instance, examination) {
    const { id, tokens } = examination.session('first');
    const startedAt = performance.now();
    examination.channels.set(instance, await LiveChannel.open(instance.client, id, tokens.access_token));
    return { ms: performance.now() - startedAt };
  },
};

export const LOGOUT: Check = {
  id: 'logout',
  promise: 'the session can log out',
  async run(examination) {
    const session = examination.session('first');
    const answer = demand(await logOut(examination.entry, session.tokens.access_token), 200, 'the logout');
    examination.sessions.delete(session);
    examination.loggedOutAt = answeredAt(answer);
    await examination.followRevocation('logout', session, answeredAt(answer));
    return { ms: answer.ms };
  },
};

export const LOGOUT_ACCESS: InstanceCheck = {
  id: 'logout-access',
  promise: 'after the logout, the access token is refused at once',
  runOn: async (instance, examination) => examination.changeOn('logout', instance),
};

export const LOGOUT_REFRESH: InstanceCheck = {
  id: 'logout-refresh',
  promise: 'after the logout, the refresh token is refused',
  async runOn({ client }, examination) {
    const { refresh_token: token } = examination.session('first').tokens;
    const answer = await examination.limited('the refresh', () => refresh(client, token));
    return { ms: demandRevoked(answer, 'the refresh').ms };
  },
};

export const LIVE_END: InstanceCheck = {
  id: 'live-channel-end',
  promise: `after the logout, the live channel closes with ${ENDED_CODE}`,
  async runOn(instance, examination) {
    const channel = examination.channels.get(instance);
    if (channel === undefined) throw new Error('no check has opened the channel');
    const { reason, code, at } = await within(END_WITHIN_MS, channel.ended, 'end of the live channel');
    const ms = Math.max(0, at - (examination.loggedOutAt ?? at));
    if (reason !== 'logout' || code !== ENDED_CODE)
      throw new PromiseBroken(`session.revoked with the reason ${reason}, close code ${code}`, { ms });
    return { ms };
  },
};
