import { STATUS_CODES } from 'node:http';
import { MetadataScanner, ModulesContainer, Reflector } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, getSchemaPath, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ProblemDto } from './common/api-problems.decorator.js';
import { IS_PUBLIC } from './common/request-context.decorators.js';
import { AppConfig } from './config/app-config.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

export const DOCS_PATH = 'api/docs';
const SECURITY_SCHEME = 'password';

const INTRODUCTION = `
**Logout means logout.** Once a logout, an ended session, a new password, a role change or a deactivation is acknowledged,
no instance accepts the old state.

### Try it on this page

1. \`POST /api/v1/auth/register\` creates an account: open it and press **Execute**.
2. **Authorize** logs in with that e-mail address and password. Operations with a padlock now send the access token.
3. \`GET /api/v1/sessions\` shows the session that the login opened.
4. \`POST /api/v1/auth/logout\` ends it. Repeat step 3: \`401\`, "Token has been revoked".

### Tokens

A login opens a session and answers with two tokens. Requests carry the access token, as \`Authorization: Bearer …\`.
The refresh token is good once, for the next pair. When the session ends, both are refused at once, and whoever listens at
\`ws://…/api/v1/ws/session/{session_id}\` is told.

### Errors

Failures are problem details (RFC 9457, \`application/problem+json\`). \`detail\` is for people; programs go by \`code\`.

<details><summary>All codes</summary>

| status | code |
|---|---|
| 400 | \`malformed_body\`, \`malformed_request\` |
| 401 | \`token_missing\`, \`token_invalid\`, \`token_expired\`, \`token_revoked\`, \`user_inactive\`, \`invalid_credentials\` |
| 403 | \`forbidden\`, \`user_inactive\`, \`wrong_password\` |
| 404 | \`not_found\` |
| 409 | \`email_taken\`, \`last_admin\` |
| 413, 415 | \`body_too_large\`, \`unsupported_media_type\` |
| 422 | \`validation_failed\`; \`errors\` says what is wrong with which member |
| 429 | \`too_many_requests\`; \`Retry-After\` says when to try again |
| 500 | \`internal_error\` |
| 503 | \`temporarily_unavailable\`; \`Retry-After\` as well |

</details>
`;

/** Within a tag, operations stand in this order of their paths; what is not listed comes last. */
const PATH_ORDER = ['/api/v1/auth', '/api/v1/users/me', '/api/v1/sessions', '/api/v1/users', '/api/v1/audit'];

// Swagger UI shows its name, links and every OAuth2 client setting; this API has no links, one client and no scopes.
const STYLE = `
  #swagger-ui .topbar { background: none; padding: 8px 0 0 }
  #swagger-ui .topbar-wrapper { justify-content: flex-end }
  #swagger-ui .dark-mode-toggle svg { fill: #868e99 }
  #swagger-ui .info { margin: 0 0 24px }
  #swagger-ui .info summary { cursor: pointer; font-size: 14px }
  #swagger-ui .topbar .link, #swagger-ui .response-col_links, #swagger-ui .scope-def,
  #swagger-ui .auth-container div:has(> label[for='password_type']),
  #swagger-ui .auth-container div:has(> label[for^='client_']) { display: none }
`;

/** The OpenAPI document of every route. Routes need a token unless they are public. */
export function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const publicIds = publicOperationIds(app);
  const document = SwaggerModule.createDocument(app, frame(app.get(AppConfig)), {
    operationIdFactory: operationId,
    autoTagControllers: false,
  });
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path) as Operation[]) {
      if (publicIds.has(withoutIndex(operation.operationId))) operation.security = [];
      completeResponses(operation.responses);
    }
  }
  document.paths = Object.fromEntries(Object.entries(document.paths).sort(([a], [b]) => rank(a) - rank(b)));
  return document;
}

function rank(path: string): number {
  const place = PATH_ORDER.findIndex((prefix) => path.startsWith(prefix));
  return place < 0 ? PATH_ORDER.length : place;
}

/** Swagger UI at `/api/docs`, the document at `/api/docs-json`. */
export function serveApiDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup(DOCS_PATH, app, () => describeApi(app), {
    jsonDocumentUrl: `${DOCS_PATH}-json`,
    customSiteTitle: `${app.get(AppConfig).name} API`,
    customCss: STYLE,
    swaggerOptions: {
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      persistAuthorization: false,
      tryItOutEnabled: true,
    },
  });
}

function frame({ name, version }: AppConfig): Omit<OpenAPIObject, 'paths'> {
  return new DocumentBuilder()
    .setTitle(name)
    .setVersion(version)
    .setDescription(INTRODUCTION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addTag('auth', 'Register, log in, refresh, log out')
    .addTag('users', 'My account')
    .addTag('sessions', 'My sessions, one for each login')
    .addTag('administration', 'For admins; `ADMIN_EMAIL` and `ADMIN_PASSWORD` make the first one')
    .addTag('health', 'Probes and metrics')
    .addOAuth2(
      {
        type: 'oauth2',
        description:
          'Your e-mail address is the username. The access token goes along as `Authorization: Bearer`.',
        flows: { password: { tokenUrl: '/api/v1/auth/login', scopes: {} } },
      },
      SECURITY_SCHEME,
    )
    .addSecurityRequirements(SECURITY_SCHEME)
    .build();
}

/** `Auth_login`; a handler with several paths gives `Info_info0`, `Info_info1`. */
function operationId(controllerName: string, handlerName: string): string {
  return `${controllerName.replace(/Controller$/, '')}_${handlerName.replace(/\W/g, '')}`;
}

function withoutIndex(id = ''): string {
  return id.replace(/\d+$/, '');
}

/** What the global guard lets pass without a token, found by the metadata that the guard itself reads. */
function publicOperationIds(app: NestFastifyApplication): Set<string> {
  const reflector = app.get(Reflector);
  const modules = [...app.get(ModulesContainer).values()];
  const controllers = modules.flatMap((module) => [...module.controllers.values()]);
  const ids = controllers.flatMap(({ instance }) => {
    const prototype = Object.getPrototypeOf(instance) as object;
    const isPublic = (name: string) =>
      reflector.getAllAndOverride<boolean>(IS_PUBLIC, [handlerOf(prototype, name), instance.constructor]);
    const names = new MetadataScanner().getAllMethodNames(prototype);
    return names.filter(isPublic).map((name) => operationId(instance.constructor.name, name));
  });
  return new Set(ids);
}

function handlerOf(prototype: object, name: string): () => unknown {
  return Reflect.get(prototype, name) as () => unknown;
}

/** Every failure has the one shape of the problem filter, also those that no operation lists. */
function completeResponses(responses: Operation['responses']): void {
  for (const [status, response] of Object.entries(responses)) {
    if (response !== undefined && 'description' in response)
      response.description ||= STATUS_CODES[status] ?? '';
  }
  responses['default'] = {
    description: 'Any other failure',
    content: {
      'application/problem+json': {
        schema: { $ref: getSchemaPath(ProblemDto) },
        example: {
          type: 'about:blank',
          title: 'Internal Server Error',
          status: 500,
          code: 'internal_error',
          detail: 'Internal server error',
        },
      },
    },
  };
}
