import { register, type Member } from './accounts.js';
import type { Answer, AppInProcess } from './app-in-process.js';
import { Attempts, each, expectRefusal, PER_ACCOUNT } from './attempts.js';
import { registerAdmin, registerClient, send } from './oauth-clients.js';

const PER_DEVICE = 10;
const PER_DEVICES = 30;

describe('logins', () => {
  const attempts = Attempts.ofSuite();
  const { newAddress } = attempts;
  let app: AppInProcess;
  let owner: Member;

  beforeAll(() => {
    app = attempts.app;
  });
  beforeEach(async () => {
    await app.query('DELETE FROM limit_counts');
    owner = await register(app);
  });

  const logIn = (ip: string, password: string, device?: string, member = owner): Promise<Answer> =>
    attempts.logIn(member, ip, password, device);
  const deviceTokenOf = ({ status, headers }: Answer): string => {
    expect(status).toBe(200);
    return String(headers['device-token']);
  };
  /** Strangers use up the failures of the account. */
  const useUpTheAccount = async () => {
    await app.query('DELETE FROM limit_counts');
    await each(PER_ACCOUNT, () => attempts.attempt(owner.email, newAddress()));
  };

  it('on a device of the account are counted for the device alone', async () => {
    const [thief, network] = [deviceTokenOf(await logIn(newAddress(), owner.password)), newAddress()];
    const device = deviceTokenOf(await logIn(newAddress(), owner.password));
    await useUpTheAccount();
    for (let guess = 0; guess < PER_DEVICE; guess++)
      await expect(logIn(newAddress(), 'wrong-Test1234', thief)).resolves.toMatchObject({ status: 401 });
    expectRefusal(await logIn(newAddress(), owner.password, thief), 'login-device', PER_DEVICE);
    // The owner has another token, and each login brings one more.
    const next = deviceTokenOf(await logIn(network, owner.password, device));
    for (let guess = 0; guess < PER_DEVICE; guess++)
      await expect(logIn(network, 'wrong-Test1234', device)).resolves.toMatchObject({ status: 401 });
    expectRefusal(await logIn(network, owner.password, device), 'login-device', PER_DEVICE);
    await expect(logIn(network, owner.password, next)).resolves.toMatchObject({ status: 200 });
  });

  it('on a device are refused as often when they are made in parallel', async () => {
    const device = deviceTokenOf(await logIn(newAddress(), owner.password));
    const answers = await each(3 * PER_DEVICE, () => logIn(newAddress(), 'wrong-Test1234', device));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(PER_DEVICE);
  });

  it('on many devices of the account are counted together, too', async () => {
    const devices: string[] = [];
    for (let count = 0; count <= PER_DEVICES / PER_DEVICE; count++)
      devices.push(deviceTokenOf(await logIn(newAddress(), owner.password)));
    const last = devices.pop();
    for (const device of devices)
      for (let guess = 0; guess < PER_DEVICE; guess++)
        await expect(logIn(newAddress(), 'wrong-Test1234', device)).resolves.toMatchObject({ status: 401 });
    expectRefusal(await logIn(newAddress(), 'wrong-Test1234', last), 'login-devices', PER_DEVICES);
  });

  it('on a device are counted as on none once the password has changed', async () => {
    const device = deviceTokenOf(await logIn(newAddress(), owner.password));
    const new_password = 'a new horse battery';
    const change = { current_password: owner.password, new_password };
    await expect(
      app.call('POST', '/api/v1/users/me/change-password', { token: owner.token, body: change }),
    ).resolves.toMatchObject({ status: 200 });
    await useUpTheAccount();
    expectRefusal(await logIn(newAddress(), new_password, device), 'login-account', PER_ACCOUNT);
  });

  it('through the password grant of an OAuth client accept and return device tokens, too', async () => {
    const client = await registerClient(app, await registerAdmin(app));
    const form = { grant_type: 'password', username: owner.email, password: owner.password };
    const grant = (device?: string) =>
      send(app, '/oauth2/token', form, client, device === undefined ? {} : { 'device-token': device });
    const first = deviceTokenOf(await grant());
    await useUpTheAccount();
    await expect(logIn(newAddress(), owner.password)).resolves.toMatchObject({ status: 429 });
    const next = deviceTokenOf(await logIn(newAddress(), owner.password, first));
    const answer = await grant(next);
    expect(deviceTokenOf(answer)).not.toBe(next);
    const refresh = { grant_type: 'refresh_token', refresh_token: String(answer.body['refresh_token']) };
    const refreshed = await send(app, '/oauth2/token', refresh, client);
    expect([refreshed.status, refreshed.headers['device-token']]).toEqual([200, undefined]);
  });

  it('with the device token of another account, or a forged one, are counted as if they had none', async () => {
    const other = await register(app);
    const ofOther = deviceTokenOf(await logIn(newAddress(), other.password, undefined, other));
    const own = deviceTokenOf(await logIn(newAddress(), owner.password));
    const forged = own.replace(/\.[^.]+$/, `.${ofOther.split('.')[2]}`);
    await useUpTheAccount();
    for (const token of [ofOther, forged, `${own}, ${own}`, owner.refreshToken, owner.token, ''])
      expectRefusal(await logIn(newAddress(), owner.password, token), 'login-account', PER_ACCOUNT);
    await expect(logIn(newAddress(), owner.password, own)).resolves.toMatchObject({ status: 200 });
  });

  it('by form and by JSON return a device token when they succeed, and none when they fail', async () => {
    const logInByForm = (password: string) =>
      app.app.inject({
        method: 'POST',
        url: '/api/v1/auth/login',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': newAddress() },
        payload: new URLSearchParams({ username: owner.email, password }).toString(),
      });
    expect((await logInByForm('wrong-Test1234')).headers).not.toHaveProperty('device-token');
    expect((await logIn(newAddress(), 'wrong-Test1234')).headers).not.toHaveProperty('device-token');
    const { headers } = await logInByForm(owner.password);
    await useUpTheAccount();
    const device = String(headers['device-token']);
    await expect(logIn(newAddress(), owner.password, device)).resolves.toMatchObject({ status: 200 });
  });

  it('return a device token that authorizes nothing', async () => {
    const token = deviceTokenOf(await logIn(newAddress(), owner.password));
    await expect(app.call('GET', '/api/v1/users/me', { token })).resolves.toMatchObject({ status: 401 });
    const refresh = app.call('POST', '/api/v1/auth/refresh', { body: { refresh_token: token } });
    await expect(refresh).resolves.toMatchObject({ status: 401 });
  });
});
