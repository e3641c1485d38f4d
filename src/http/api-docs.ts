import { STATUS_CODES } from 'node:http';
import { MetadataScanner, ModulesContainer, Reflector } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { describePasswordRules, INTRODUCTION } from './api-docs.introduction.js';
import { CLIENT_SCHEME, oauthErrorResponse, USER_SCHEME } from './api-oauth.decorators.js';
import { problemResponse } from './api-problems.decorator.js';
import { hasOAuthErrors, oauthErrorOf } from './oauth-error.document.js';
import { problemOf } from './problems.js';
import { describeRoles } from './role-member.js';
import { IS_PUBLIC } from './request-context.decorators.js';
import { AppConfig } from '../config/app-config.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

export const DOCS_PATH = 'api/docs';
const ANY_OTHER = 'Any other failure';

/** The order of the operations within a tag, by the start of their paths. Other paths come last. */
const PATH_ORDER = ['/api/v1/auth', '/api/v1/users/me', '/api/v1/sessions', '/api/v1/users', '/api/v1/audit'];

// Hides parts of Swagger UI that this API does not need: its logo, links, OAuth2 client settings and scopes.
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

// The management port has no API, so nothing can be tried out there.
const STYLE_FOR_READING = `${STYLE}
  #swagger-ui .auth-wrapper, #swagger-ui .authorization__btn { display: none }
`;

/** The OpenAPI document of all routes. A route needs a token unless it is `@Public()`. */
function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const publicIds = publicOperationIds(app);
  const config = app.get(AppConfig);
  const document = SwaggerModule.createDocument(app, frame(config), {
    operationIdFactory: operationId,
    autoTagControllers: false,
  });
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations) as Operation[]) {
      if (publicIds.has(withoutIndex(operation.operationId))) operation.security ??= [];
      completeResponses(path, operation.responses);
    }
  }
  describeRoles(document, config.roles);
  document.paths = Object.fromEntries(Object.entries(document.paths).sort(([a], [b]) => rank(a) - rank(b)));
  return document;
}

function rank(path: string): number {
  const index = PATH_ORDER.findIndex((prefix) => path.startsWith(prefix));
  return index < 0 ? PATH_ORDER.length : index;
}

/** Swagger UI at `/api/docs`, the document at `/api/docs-json`. */
export function serveApiDocs(app: NestFastifyApplication): void {
  const { name, http } = app.get(AppConfig);
  const isBesideApi = http.management === 'shared';
  SwaggerModule.setup(DOCS_PATH, app, () => describeApi(app), {
    jsonDocumentUrl: `${DOCS_PATH}-json`,
    customSiteTitle: `${name} API`,
    customCss: isBesideApi ? STYLE : STYLE_FOR_READING,
    swaggerOptions: {
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      persistAuthorization: false,
      ...(isBesideApi ? { tryItOutEnabled: true } : { supportedSubmitMethods: [] }),
    },
  });
}

function frame({ name, version, passwords }: AppConfig): Omit<OpenAPIObject, 'paths'> {
  return (
    new DocumentBuilder()
      .setTitle(name)
      .setVersion(version)
      .setDescription(INTRODUCTION + describePasswordRules(passwords))
      // Relative: the address that the document came from, also behind a proxy.
      .addServer('/')
      .setLicense('MIT', 'https://opensource.org/license/mit')
      .addTag('auth', 'Register, log in, refresh, log out')
      .addTag('users', 'My account')
      .addTag('sessions', 'My sessions, one for each login')
      .addTag('oauth', 'OAuth 2 for other services: tokens, introspection, revocation')
      .addTag('administration', 'For admins; `ADMIN_EMAIL` and `ADMIN_PASSWORD` make the first one')
      .addTag('discovery', 'Documents that other services read')
      .addTag('events', 'The revocation feed, for services that verify access tokens themselves')
      .addTag('health', 'Probes and metrics')
      .addOAuth2(
        {
          type: 'oauth2',
          description:
            'Your e-mail address is the username. The access token is sent as `Authorization: Bearer`.',
          flows: { password: { tokenUrl: '/api/v1/auth/login', scopes: {} } },
        },
        USER_SCHEME,
      )
      .addSecurity(CLIENT_SCHEME, {
        type: 'http',
        scheme: 'basic',
        description:
          'The id and the secret of an OAuth client. The form may have them instead, as `client_id` and `client_secret`.',
      })
      .addSecurityRequirements(USER_SCHEME)
      .build()
  );
}

/** Such as `Auth_login`. Swagger appends an index for each path of a handler with several: `Info_info0`, `Info_info1`. */
function operationId(controllerName: string, handlerName: string): string {
  return `${controllerName.replace(/Controller$/, '')}_${handlerName.replace(/\W/g, '')}`;
}

function withoutIndex(id = ''): string {
  return id.replace(/\d+$/, '');
}

/** The operations that need no token, by the metadata that the global guard reads. */
function publicOperationIds(app: NestFastifyApplication): Set<string> {
  const reflector = app.get(Reflector);
  const modules = [...app.get(ModulesContainer).values()];
  const controllers = modules.flatMap((module) => [...module.controllers.values()]);
  const ids = controllers.flatMap(({ instance }) => {
    const prototype = Object.getPrototypeOf(instance) as object;
    const isPublic = (name: string) =>
      reflector.getAllAndOverride<boolean>(IS_PUBLIC, [handlerOf(prototype, name), instance.constructor]);
    const names = new MetadataScanner().getAllMethodNames(prototype);
    const idOf = (name: string) =>
      givenId(handlerOf(prototype, name)) ?? operationId(instance.constructor.name, name);
    return names.filter(isPublic).map(idOf);
  });
  return new Set(ids);
}

/** The id that `@ApiOperation` gives, where it gives one. */
function givenId(handler: () => unknown): string | undefined {
  const operation = Reflect.getMetadata('swagger/apiOperation', handler) as Operation | undefined;
  return operation?.operationId;
}

function handlerOf(prototype: object, name: string): () => unknown {
  return Reflect.get(prototype, name) as () => unknown;
}

/** Documents, on each operation, what every request may be answered with: 400 for its head, and any other failure. */
function completeResponses(path: string, responses: Operation['responses']): void {
  responses['400'] ??= hasOAuthErrors(path)
    ? oauthErrorResponse(oauthErrorOf(problemOf('malformed_request')), STATUS_CODES[400] ?? '')
    : problemResponse('malformed_request');
  for (const [status, response] of Object.entries(responses)) {
    if (response !== undefined && 'description' in response)
      response.description ||= STATUS_CODES[status] ?? '';
  }
  responses['default'] = hasOAuthErrors(path)
    ? oauthErrorResponse(oauthErrorOf(problemOf('internal_error')), ANY_OTHER)
    : problemResponse('internal_error', ANY_OTHER);
}
