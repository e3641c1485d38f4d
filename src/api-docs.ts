import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { AppConfig } from './config/app-config.js';

export const DOCS_PATH = 'api/docs';
const SECURITY_SCHEME = 'password';

/** The OpenAPI document of every route. Routes need a token unless they are public. */
export function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const { name, version } = app.get(AppConfig);
  const document = new DocumentBuilder()
    .setTitle(name)
    .setVersion(version)
    .setDescription(
      'Revocable sessions: after a logout, a revoked session, a role change or a deactivation is acknowledged, no ' +
        'instance accepts the old state. Press **Authorize** and log in with an e-mail address and its password.',
    )
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addTag('auth', 'Register, log in, refresh, log out')
    .addTag('users', 'My account')
    .addTag('sessions', 'My sessions')
    .addTag('administration', 'For admins')
    .addTag('health', 'Probes and metrics')
    .addOAuth2(
      {
        type: 'oauth2',
        flows: {
          password: { tokenUrl: '/api/v1/auth/login', refreshUrl: '/api/v1/auth/refresh', scopes: {} },
        },
      },
      SECURITY_SCHEME,
    )
    .addSecurityRequirements(SECURITY_SCHEME)
    .build();
  return SwaggerModule.createDocument(app, document);
}

/** Swagger UI at `/api/docs`, the document at `/api/docs-json`. */
export function serveApiDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup(DOCS_PATH, app, () => describeApi(app), {
    jsonDocumentUrl: `${DOCS_PATH}-json`,
    customSiteTitle: 'ERGODRIVE API',
    swaggerOptions: { persistAuthorization: false, displayRequestDuration: true, tryItOutEnabled: true },
  });
}
