import { waitFor } from '../../../test/support/wait-for.js';
import { createVerifier, type Verifier, type VerifierOptions } from '../src/index.js';
import { IssuerServer } from './issuer-server.js';
import { CLIENT } from './test-issuer.js';

type Application = { url: string; close: () => Promise<void> };

const fresh = (verifier: Verifier) =>
  waitFor(() => verifier.status().fresh, { what: 'the feed to be followed' });

/** Middleware is given a verifier, which the suite makes and closes. */
export function describeAnswers(name: string, start: (verifier: Verifier) => Promise<Application>): void {
  describeApplication(name, async (options) => {
    const verifier = await createVerifier(options);
    const app = await start(verifier);
    const close = async () => {
      await app.close();
      await verifier.close();
    };
    return { url: app.url, verifier, close };
  });
}

/** What a client of an application gets, whatever its framework: `GET /me` gives the user to whoever has a token. */
export function describeApplication(
  name: string,
  start: (options: VerifierOptions) => Promise<Application & { verifier: Verifier }>,
  missingBody: object = { code: 'token_missing', status: 401 },
): void {
  describe(`an application on ${name}`, () => {
    let server: IssuerServer;
    let app: Awaited<ReturnType<typeof start>>;
    beforeEach(async () => {
      server = await IssuerServer.start();
      app = await start({ issuer: server.issuer.url, ...CLIENT, onError: () => undefined });
      await fresh(app.verifier);
    });
    afterEach(async () => {
      await app.close();
      await server.stop();
    });

    const get = async (authorization?: string) => {
      const response = await fetch(`${app.url}/me`, { headers: authorization ? { authorization } : {} });
      const body = (await response.json()) as object;
      const [type] = (response.headers.get('content-type') ?? '').split(';');
      return { status: response.status, type, body, headers: response.headers };
    };

    it('gives the handler the user', async () => {
      const { token, session } = await server.issuer.logIn();
      for (const scheme of ['Bearer', 'bearer']) {
        const { status, body } = await get(`${scheme} ${token}`);
        expect(status).toBe(200);
        expect(body).toMatchObject({ sub: session.sub, sid: session.sid, role: 'student' });
      }
    });

    it('answers 401 without a bearer token', async () => {
      for (const authorization of [undefined, 'Basic YTpi', 'Bearer', 'Bearer a b']) {
        const { status, body } = await get(authorization);
        expect({ status, body }).toMatchObject({ status: 401, body: missingBody });
      }
    });

    it('answers 401 with a challenge and the code for a token that is refused', async () => {
      const { token, session } = await server.issuer.logIn();
      server.issuer.revoke(session);
      const refusal = async () => {
        const answer = await get(`Bearer ${token}`);
        return answer.status === 401 ? answer : undefined;
      };
      const revoked = await waitFor(refusal, { what: 'the revocation to arrive' });
      expect(revoked).toMatchObject({
        type: 'application/problem+json',
        body: { type: 'about:blank', title: 'Unauthorized', status: 401, code: 'token_revoked' },
      });
      expect(revoked?.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
      expect(await get('Bearer x.y.z')).toMatchObject({ status: 401, body: { code: 'token_invalid' } });
    });

    it('answers 503 with Retry-After when the token cannot be checked', async () => {
      const { token } = await server.issuer.logIn();
      await server.stop();
      await waitFor(() => !app.verifier.status().fresh, { what: 'the bound to pass' });
      const { status, type, body, headers } = await get(`Bearer ${token}`);
      expect({ status, type }).toEqual({ status: 503, type: 'application/problem+json' });
      expect(body).toMatchObject({ status: 503, code: 'unavailable' });
      expect(headers.get('retry-after')).toBe('1');
      server = await IssuerServer.start();
    });
  });
}
