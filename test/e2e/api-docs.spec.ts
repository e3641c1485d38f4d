import { api } from '../support/app/api-client.js';
import { listRoutes, startDocumentedApp } from './support/api-docs-app.js';
import { readApiDocument, type Documented, type Operation } from './support/api-docs-document.js';
import {
  createSchemaJudge,
  exampleOf,
  exampleOfSchema,
  type SchemaJudge,
} from './support/api-docs-schemas.js';
import { beforeSuite } from './support/before-suite.js';

const PROBLEM = 'application/problem+json';
const EMPTY_FORM = new URLSearchParams();
const PROBLEM_MEMBERS = ['type', 'title', 'status', 'detail', 'code'];

describe('the OpenAPI document', () => {
  let operations: Operation[];
  let judge: SchemaJudge;

  const app = beforeSuite(() => startDocumentedApp());
  const document = beforeSuite(() => readApiDocument(api(app.url)));
  beforeAll(async () => {
    operations = document.operations;
    judge = await createSchemaJudge();
  });

  /** Routes of which the predicate does not hold. */
  const exceptions = (holds: (operation: Operation) => boolean): string[] =>
    operations.filter((operation) => !holds(operation)).map(({ route }) => route);

  it('is valid', () => {
    expect(document.errors).toBeUndefined();
  });

  it('has every route of the app and no other', async () => {
    // Pages are for people.
    const routes = (await listRoutes()).filter(
      (route) => !/^GET \/(account|admin|console)(\/|$)/.test(route),
    );
    expect(routes.length).toBeGreaterThan(20);
    expect(operations.map(({ route }) => route).sort()).toEqual(routes.sort());
  });

  it('names the address that it was read from as the server, also behind a proxy', async () => {
    const { body } = await api(app.url).get('/api/docs-json');
    expect(body['servers']).toEqual([{ url: '/' }]);
  });

  it('gives each operation an id of its own that generated clients can use', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[A-Za-z]\w*$/.test(id))).toEqual([]);
  });

  it('lists each operation once, under a tag that is described', () => {
    const tags = document.tags.filter(({ description }) => description !== '').map(({ name }) => name);
    expect(exceptions((operation) => operation.tags.length === 1)).toEqual([]);
    expect([...new Set(operations.flatMap((operation) => operation.tags))].sort()).toEqual(tags.sort());
  });

  it('has a summary of each operation and a description of each of its answers', () => {
    expect(exceptions(({ summary }) => summary !== '')).toEqual([]);
    expect(
      exceptions(({ responses }) => Object.values(responses).every(({ description }) => description !== '')),
    ).toEqual([]);
  });

  it('demands a token or a client exactly where the app does', async () => {
    const client = api(app.url);
    expect(Object.keys(document.securitySchemes)).toEqual(['password', 'client']);
    for (const { route, security = document.security } of operations) {
      const [method = '', path = ''] = route.split(' ');
      const { body } = await client.send(method, path, method === 'POST' ? { body: EMPTY_FORM } : {});
      const schemes: Record<string, object[]> = {
        token_missing: isForClientsToo(route) ? [{ password: [] }, { client: [] }] : [{ password: [] }],
        invalid_client: [{ client: [] }],
      };
      expect({ route, security }).toEqual({
        route,
        security: schemes[String(body['code'] ?? body['error'])] ?? [],
      });
    }
  });

  it('describes what each operation answers with on success', () => {
    const successes = ({ responses }: Operation) =>
      Object.entries(responses).filter(([status]) => /^2/.test(status));
    expect(exceptions((operation) => successes(operation).length > 0)).toEqual([]);
    expect(
      exceptions((operation) =>
        successes(operation).every(([status, response]) => status === '204' || hasSchemas(response)),
      ),
    ).toEqual(['GET /api/v1/auth/check']);
    const check = operations.find(({ route }) => route === 'GET /api/v1/auth/check');
    expect(Object.keys(check?.responses[200]?.headers ?? {})).toEqual([
      'X-Auth-User-Id',
      'X-Auth-Role',
      'X-Auth-Session-Id',
    ]);
  });

  it('describes failures as problem details, except those of probes and where a standard says otherwise', () => {
    const failures = ({ tags, responses }: Operation) =>
      Object.entries(responses).filter(
        ([status]) =>
          !/^2/.test(status) &&
          !(tags.includes('health') && status === '503') &&
          // RFC 8936 says what this is.
          !(tags.includes('events') && status === '400'),
      );
    expect(exceptions((operation) => 'default' in operation.responses)).toEqual([]);
    expect(
      exceptions((operation) =>
        failures(operation).every(([status, response]) =>
          operation.tags.includes('oauth') || (operation.tags.includes('events') && isRefusal(status))
            ? isOAuthError(response)
            : isForClientsToo(operation.route) && isRefusal(status)
              ? isEither(status, response)
              : isProblem(status, response),
        ),
      ),
    ).toEqual([]);
  });

  it('names the failures that each operation can answer with', () => {
    const mayAnswer = (operation: Operation, ...statuses: string[]) =>
      statuses.every((status) => status in operation.responses);
    const isPublic = ({ security }: Operation) => security?.length === 0;
    expect(exceptions((operation) => isPublic(operation) || mayAnswer(operation, '401', '503'))).toEqual([]);
    expect(exceptions((operation) => !operation.requestBody || mayAnswer(operation, '400', '422'))).toEqual([
      // RFC 6749 and RFC 8936 know no 422.
      'POST /oauth2/token',
      'POST /oauth2/introspect',
      'POST /oauth2/revoke',
      'POST /api/v1/events/poll',
    ]);
    expect(
      exceptions((operation) => !operation.tags.includes('administration') || mayAnswer(operation, '403')),
    ).toEqual([]);
    expect(
      exceptions(
        (operation) =>
          !operation.parameters.some((each) => each.in === 'query') || mayAnswer(operation, '422'),
      ),
    ).toEqual([]);
    expect(
      exceptions(
        (operation) =>
          !operation.parameters.some((each) => each.in === 'path') || mayAnswer(operation, '404'),
      ),
    ).toEqual([]);
  });

  it('has a valid example of every request body and response body', () => {
    const objections = operations.flatMap(({ route, requestBody, responses }) =>
      [requestBody, ...Object.values(responses)]
        .flatMap((body) => Object.entries(body?.content ?? {}))
        .filter(([type]) => type !== 'text/plain')
        .flatMap(([type, media]) =>
          judge(media.schema ?? {}, exampleOf(media)).map((why) => `${route} ${type} ${why}`),
        ),
    );
    expect(objections).toEqual([]);
  });

  it('has valid values in the query parameters that the page fills in', () => {
    const parameters = operations.flatMap((operation) => operation.parameters);
    const filled = parameters
      .map(({ name, schema, example }) => ({ name, schema, value: example ?? exampleOfSchema(schema) }))
      .filter(({ value }) => value !== undefined);
    expect(filled.length).toBeGreaterThan(5);
    expect(
      filled.flatMap(({ name, schema, value }) => judge(schema, value).map((why) => `${name}${why}`)),
    ).toEqual([]);
  });
});

/** An admin asks with an access token, an OAuth client by HTTP Basic. */
const isForClientsToo = (route: string): boolean =>
  ['GET /api/v1/users/{id}', 'POST /api/v1/users/{id}/one-time-token'].includes(route);

const isRefusal = (status: string): boolean => ['401', '403'].includes(status);

/** Whether it is problem details for a user, and an error of RFC 6749 for a client. */
function isEither(status: string, { description, content = {} }: Documented): boolean {
  const { 'application/json': error, ...others } = content;
  return (
    error !== undefined &&
    isOAuthError({ description, content: { 'application/json': error } }) &&
    isProblem(status, { description, content: others })
  );
}

function hasSchemas({ content = {} }: Documented): boolean {
  const media = Object.values(content);
  return media.length > 0 && media.every(({ schema }) => schema?.type !== undefined);
}

/** Whether it is an error of RFC 6749 §5.2 and nothing else. */
function isOAuthError({ content = {} }: Documented): boolean {
  const { 'application/json': error, ...others } = content;
  return Object.keys(others).length === 0 && (error?.schema?.required ?? []).includes('error');
}

/** Whether it is RFC 9457 problem details with an example of that very status. */
function isProblem(status: string, { content = {} }: Documented): boolean {
  const { [PROBLEM]: problem, ...others } = content;
  const example = problem?.example as { status?: number } | undefined;
  const required = problem?.schema?.required ?? [];
  return (
    Object.keys(others).length === 0 &&
    PROBLEM_MEMBERS.every((member) => required.includes(member)) &&
    (status === 'default' || example?.status === Number(status))
  );
}
