import { readAccount, refresh } from '../../service/account.js';
import type { Check, InstanceCheck } from '../check.js';
import { demand, demandRevoked, isRevoked, PromiseBroken } from '../observation.js';
import { answeredAt, claimsOf, type Examination } from '../examination.js';

/** Added to the grace period: the answer of the refresh came after its commit, and this may be another clock's second. */
const MARGIN_MS = 1000;

export const REFRESH: Check = {
  id: 'refresh',
  promise: 'the refresh token is exchanged for the next pair',
  async run(examination) {
    const session = examination.session('first');
    const answer = await exchange(examination, session.tokens.refresh_token);
    const { body, ms } = demand(answer, 200, 'the refresh');
    if (body.refresh_token === session.tokens.refresh_token)
      throw new PromiseBroken('the refresh token is the same as before', { ms });
    if (claimsOf(body.access_token).sid !== session.id)
      throw new PromiseBroken('the new tokens are of another session', { ms });
    session.tokens = body;
    for (const { client, name } of examination.options.instances)
      demand(await readAccount(client, body.access_token), 200, `the new access token at ${name}`);
    return { ms };
  },
};

/** A second session, because its end must not end the first. */
export const REFRESH_REPEATED: Check = {
  id: 'refresh-repeated',
  promise: 'within the grace period, a refresh may be repeated',
  async run(examination) {
    await examination.open('reused');
    const session = examination.session('reused');
    const old = session.tokens.refresh_token;
    const first = demand(await exchange(examination, old), 200, 'the refresh');
    session.tokens = first.body;
    const { graceSeconds, instances } = examination.options;
    for (const { client, name } of instances)
      demand(await readAccount(client, first.body.access_token), 200, `the access token at ${name}`);
    examination.rotation = { old, at: answeredAt(first) };
    if (graceSeconds === 0) return { skipped: '--grace-seconds is 0' };
    const answer = await exchange(examination, old);
    if (isRevoked(answer)) {
      await ended(examination, answeredAt(answer));
      return { ms: answer.ms, skipped: 'refused: REFRESH_GRACE_SECONDS is 0, or this took longer' };
    }
    const { body, ms } = demand(answer, 200, 'the repeated refresh');
    if (body.refresh_token !== first.body.refresh_token)
      throw new PromiseBroken('the old refresh token was exchanged for another successor', { ms });
    return { ms };
  },
};

export const REUSE: Check = {
  id: 'reuse',
  promise: 'after the grace period, the old refresh token is refused',
  async run(examination) {
    const { rotation } = examination;
    if (rotation === undefined) return { detail: 'refused already' };
    const { graceSeconds, progress, signal } = examination.options;
    const left = rotation.at + graceSeconds * 1000 + MARGIN_MS - performance.now();
    if (graceSeconds > 0 && left > 0) await progress.wait(left, 'for the end of the grace period', signal);
    const answer = await exchange(examination, rotation.old);
    if (answer.status === 200)
      throw new PromiseBroken(
        `exchanged ${graceSeconds} s after its refresh; --grace-seconds must be REFRESH_GRACE_SECONDS of the service`,
        { ms: answer.ms },
      );
    demandRevoked(answer, 'the old refresh token');
    await ended(examination, answeredAt(answer));
    return { ms: answer.ms };
  },
};

export const REUSE_SUCCESSOR: Check = {
  id: 'reuse-successor',
  promise: 'after the reuse, the successor is refused',
  async run(examination) {
    const { tokens } = examination.session('reused');
    const answer = await exchange(examination, tokens.refresh_token);
    return { ms: demandRevoked(answer, 'the successor').ms };
  },
};

export const REUSE_ACCESS: InstanceCheck = {
  id: 'reuse-access',
  promise: 'after the reuse, the access token is refused at once',
  runOn: async (instance, examination) => examination.changeOn('reuse', instance),
};

const exchange = (examination: Examination, token: string) =>
  examination.limited('the refresh', () => refresh(examination.entry, token));

async function ended(examination: Examination, since: number): Promise<void> {
  const session = examination.session('reused');
  examination.rotation = undefined;
  examination.sessions.delete(session);
  await examination.followRevocation('reuse', session, since);
}
