import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { readApiDocument } from '../e2e/support/api-docs-document.js';
import type { Member } from '../e2e/support/accounts.js';
import { type OAuthClient, basic } from '../support/app/oauth-client.js';
import { registerOAuthClient } from '../e2e/support/oauth-clients.js';
import type { ApiClient } from '../support/app/api-client.js';
import { type FuzzRequest, requestsOf } from './support/openapi-requests.js';
import { defectOf, type RefusalForm } from './support/oracle.js';
import { RUNS, SEED } from './support/settings.js';
import { Target } from './support/target.js';

/** Sent at once, so that answers could be mixed up. */
const BATCH = 25;
const LONG_MS = 900_000;
/** So many reach each of these routes with a valid request, as it also must be. */
const ENOUGH_RUNS = 5000;
const FOR_CLIENTS = ['POST /oauth2/introspect', 'POST /oauth2/revoke', 'POST /api/v1/events/poll'];
/** What the frame of the service answers on any route. */
const FROM_ANY_ROUTE = ['400', '401', '404', '413', '415', '422'];
const FORMS: Readonly<Record<string, RefusalForm>> = { oauth: 'oauth', events: 'feed' };

/** The session of the bystander ends too. Other callers are refused there. */
const endsEverybody = ({ operation, caller }: FuzzRequest) =>
  operation.route === 'POST /api/v1/sessions/end-everybody' && caller === 'admin';

/** On a route for users and clients, the member asks as a client. */
const asksAsClient = ({
  operation: { security = [] },
  caller,
}: Pick<FuzzRequest, 'operation' | 'caller'>) => {
  const isForClients = (scheme: object) => 'client' in scheme;
  return caller === 'member'
    ? security.some(isForClients)
    : security.length > 0 && security.every(isForClients);
};

describe(`requests made from the OpenAPI document (seed ${SEED})`, () => {
  let target: Target;
  let member: Member;
  let admin: ApiClient;
  let client: OAuthClient;

  beforeAll(async () => {
    target = await Target.start();
    member = await target.deployment.accounts().signUp();
    admin = await target.admin();
    client = await registerOAuthClient(admin);
  });
  afterAll(() => target.stop());

  const send = ({ operation, caller, method, path, headers, body }: FuzzRequest) => {
    const clients = {
      nobody: target.deployment.client(),
      member: member.client,
      admin,
      forger: target.deployment.client().as(`${member.tokens.access_token}x`),
    };
    const credentials: Record<string, string> = {};
    if (asksAsClient({ operation, caller }) && caller !== 'nobody')
      credentials['authorization'] = basic(caller === 'forger' ? { ...client, secret: 'x' } : client);
    return clients[caller].send(method, path, {
      headers: { ...headers, ...credentials },
      body,
      timeoutMs: 30_000,
    });
  };

  /** The fuzz may end the sessions that it uses, or change their passwords. */
  const renewCallers = async () => {
    const isLive = async (client: ApiClient) => (await client.get('/api/v1/users/me')).status === 200;
    if (!(await isLive(admin))) admin = await target.admin();
    if (!(await isLive(member.client))) member = await target.deployment.accounts().signUp();
  };

  it(
    `are answered as the document says, ${RUNS} of them`,
    async () => {
      const { operations } = await readApiDocument(target.deployment.client());
      const other = await target.deployment.accounts().signUp();
      const ids = [other.id, other.sessionId, randomUUID()];
      let digest = await target.digest();
      let sent = 0;
      const accepted = new Set<string>();
      const requests = requestsOf(operations, ids).filter((request) => !endsEverybody(request));
      const batch = fc.array(requests, { minLength: BATCH, maxLength: BATCH });
      await fc.assert(
        fc.asyncProperty(batch, async (asked) => {
          await renewCallers();
          digest = await target.digest();
          const answers = await Promise.all(asked.map(send));
          sent += answers.length;
          for (const [index, { status }] of answers.entries())
            if (status < 400) accepted.add(asked[index]!.operation.route);
          const defects = answers.flatMap((answer, index) => {
            const { operation, ...request } = asked[index]!;
            const status = String(answer.status);
            const isDocumented = status in operation.responses || FROM_ANY_ROUTE.includes(status);
            const form = FORMS[operation.tags[0] ?? ''] ?? (asksAsClient(asked[index]!) ? 'feed' : 'problem');
            const defect =
              defectOf(answer, form) ?? (isDocumented ? undefined : `${status} is not documented`);
            return defect === undefined ? [] : [{ defect, route: operation.route, request }];
          });
          expect(defects).toEqual([]);
          if (answers.every(({ status }) => status >= 400)) expect(await target.digest()).toBe(digest);
        }),
        { seed: SEED, numRuns: Math.ceil(RUNS / BATCH), endOnFailure: true },
      );
      expect(sent).toBeGreaterThanOrEqual(RUNS);
      if (RUNS >= ENOUGH_RUNS) expect([...accepted]).toEqual(expect.arrayContaining(FOR_CLIENTS));
      await target.expectUnharmed();
    },
    LONG_MS,
  );
});
