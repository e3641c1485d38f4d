import { BrowserSession } from './support/browser-session.js';
import { beforeSuite, Deployment, expectProblem } from './support/suite.js';

const NAMED = 'https://app.example.org';
const ISSUER = 'https://auth.example.org';
const PUBLIC = 'https://www.example.org';

describe('the cookie of a refresh token', () => {
  const deployment = beforeSuite(() => {
    const issuer = { ISSUER_URL: ISSUER, PUBLIC_URL: PUBLIC };
    return Deployment.start({
      instances: [
        { CORS_ORIGINS: NAMED },
        { CORS_ORIGINS: `*,${NAMED}` },
        { NODE_ENV: 'production', CORS_ORIGINS: NAMED, ...issuer },
      ],
    });
  });
  const account = beforeSuite(() => deployment.accounts().register());

  describe('for a page', () => {
    const tries = async (instance: number, headers: Record<string, string | undefined>) => {
      const tokens = await deployment.accounts(instance).login(account);
      const session = new BrowserSession(deployment.client(instance), deployment.apps[instance]!.url);
      session.refreshToken = tokens.refresh_token;
      const sent = Object.entries({ ...session.headers, ...headers }).filter(
        ([, value]) => value !== undefined,
      );
      const options = { headers: Object.fromEntries(sent) as Record<string, string> };
      const client = deployment.client(instance).as(tokens.access_token);
      const { email, password } = account;
      const answers = [
        await client.post('/api/v1/auth/login/json', { email, password }, { ...options, token: null }),
        await client.post('/api/v1/auth/refresh', undefined, { ...options, token: null }),
        await client.post('/api/v1/auth/logout', undefined, options),
      ];
      return { answers, client };
    };
    const own = (instance: number) => deployment.apps[instance]!.url;

    it.each<[string, number, () => Record<string, string | undefined>]>([
      ['without an Origin', 0, () => ({ origin: undefined })],
      ['of another origin', 0, () => ({ origin: 'https://evil.example' })],
      ['of a sandboxed frame', 0, () => ({ origin: 'null' })],
      ['of the same host by HTTPS', 0, () => ({ origin: own(0).replace('http:', 'https:') })],
      ['of another port', 0, () => ({ origin: 'http://127.0.0.1:1' })],
      ['whose origin begins like a named one', 0, () => ({ origin: `${NAMED}.evil.example` })],
      [
        'of another site, though its origin is named',
        0,
        () => ({ origin: NAMED, 'sec-fetch-site': 'cross-site' }),
      ],
      [
        'that the user opened, though its origin is named',
        0,
        () => ({ origin: NAMED, 'sec-fetch-site': 'none' }),
      ],
      ['of a sibling domain with our Origin', 0, () => ({ 'sec-fetch-site': 'same-site' })],
      ['of another site with our Origin', 0, () => ({ 'sec-fetch-site': 'cross-site' })],
      ['that no page has sent', 0, () => ({ 'sec-fetch-site': 'none' })],
      ['with an unknown Sec-Fetch-Site', 0, () => ({ 'sec-fetch-site': 'same-planet' })],
      ['of an origin that * admits', 1, () => ({ origin: 'https://any.example' })],
      ['of a named origin beside *', 1, () => ({ origin: NAMED })],
      ['of the address in Host, in production', 2, () => ({ origin: own(2) })],
    ])('%s does nothing, and is refused', async (_, instance, headers) => {
      const { answers, client } = await tries(instance, headers());
      for (const answer of answers) {
        expectProblem(answer, 403, 'origin_refused');
        expect(answer.headers).not.toHaveProperty('set-cookie');
      }
      expect((await client.get('/api/v1/users/me')).status).toBe(200);
    });

    it.each<[string, number, () => Record<string, string | undefined>]>([
      ['of the service', 0, () => ({ 'sec-fetch-site': 'same-origin' })],
      ['of the service by a browser without Sec-Fetch-Site', 0, () => ({})],
      ['of a named origin', 0, () => ({ origin: NAMED })],
      ['of a named origin of the same site', 0, () => ({ origin: NAMED, 'sec-fetch-site': 'same-site' })],
      [
        'of a named origin behind the same proxy',
        0,
        () => ({ origin: NAMED, 'sec-fetch-site': 'same-origin' }),
      ],
      ['of ISSUER_URL, in production', 2, () => ({ origin: ISSUER, 'sec-fetch-site': 'same-origin' })],
      ['of PUBLIC_URL, in production', 2, () => ({ origin: PUBLIC, 'sec-fetch-site': 'same-origin' })],
    ])('%s works', async (_, instance, headers) => {
      const { answers } = await tries(instance, headers());
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    });
  });

  it('is not looked at before its page', async () => {
    const answer = await new BrowserSession(deployment.client(), 'https://evil.example').refresh();
    expectProblem(answer, 403, 'origin_refused');
  });

  it('is counted where it is refused', async () => {
    await new BrowserSession(deployment.client(), 'https://evil.example').logIn(account);
    const { body } = await deployment.client().get<string>('/metrics');
    expect(body).toMatch(/ergodrive_problems_total\{code="origin_refused"\} [1-9]/);
  });

  describe('across origins', () => {
    const credentials = 'access-control-allow-credentials';
    const requested = 'token-carrier,idempotency-key,device-token,content-type';

    it('is not allowed to other origins, with * or without', async () => {
      for (const instance of [0, 1])
        for (const origin of ['https://evil.example', 'null', ...(instance === 1 ? [NAMED] : [])])
          for (const method of ['GET', 'OPTIONS']) {
            const { headers } = await deployment
              .client(instance)
              .send(method, '/health', { headers: { origin } });
            expect(headers).not.toHaveProperty(credentials);
            expect(headers['access-control-allow-origin']).not.toBe(origin);
          }
    });

    it('passes the preflight of a named origin with the headers that it needs', async () => {
      const preflight = {
        'access-control-request-method': 'POST',
        'access-control-request-headers': requested,
      };
      const { status, headers } = await deployment.client().send('OPTIONS', '/api/v1/auth/refresh', {
        headers: { origin: NAMED, ...preflight },
      });
      expect(status).toBe(204);
      expect(headers).toMatchObject({
        'access-control-allow-origin': NAMED,
        [credentials]: 'true',
        'access-control-allow-headers': requested,
      });
    });
  });
});
