import { randomUUID } from 'node:crypto';
import { register, type Member } from './accounts.js';
import { type Answer } from './app-in-process.js';
import { appSuite } from './app-suite.js';

const PASSWORD = 'Test1234';
/** For each address, more than the queue has places for it. */
const BURST = 60;
/** More than the hashes that end while the logins arrive. */
const LOGINS = 10;

describe('logins from new addresses', () => {
  const { app } = appSuite({ TRUSTED_PROXIES: '1' });
  let owner: Member;

  beforeAll(async () => {
    owner = await register(app);
  });

  const from = (address: string) => ({ 'x-forwarded-for': address });
  const registration = (address: string): Promise<Answer> =>
    app.call('POST', '/api/v1/auth/register', {
      headers: from(address),
      body: { email: `${randomUUID()}@example.org`, password: PASSWORD, full_name: 'A' },
    });

  it.each([
    ['one address', ['203.0.113.1'], '198.51.100'],
    ['one IPv6 network', ['2001:db8::1', '2001:db8::2', '2001:db8::ffff:3'], '198.51.101'],
    ['three addresses', ['203.0.113.1', '203.0.113.2', '203.0.113.3'], '198.51.102'],
  ])(
    'succeed while registrations from %s fill the queue of password hashes',
    async (_, addresses, newNetwork) => {
      const statuses: number[] = [];
      const flood = addresses.flatMap((address) =>
        Array.from({ length: BURST }, async () => statuses.push((await registration(address)).status)),
      );
      const logins = Array.from({ length: LOGINS }, (_unused, host) =>
        app.call('POST', '/api/v1/auth/login/json', {
          headers: from(`${newNetwork}.${host}`),
          body: { email: owner.email, password: owner.password },
        }),
      );
      const answers = await Promise.all(logins);
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: LOGINS }, () => 200));
      expect(statuses).toContain(503);
      expect(statuses.length).toBeLessThan(flood.length);
      await Promise.all(flood);
      expect(statuses.filter((status) => status === 201).length).toBeGreaterThan(BURST / 2);
      expect(statuses.every((status) => status === 201 || status === 503)).toBe(true);
    },
  );
});
