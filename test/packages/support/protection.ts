import type { NestApplication } from './nest-application.js';

/**
 * Protects the route, the gateway and the resolver of the application, as the README of the verifier says.
 *
 * @returns the lines that it added
 */
export async function protect(application: NestApplication): Promise<string[]> {
  await application.project.install('@ergodrive/verifier');
  return [
    ...(await application.edit('src/app.module.ts', [
      [
        "import { Module } from '@nestjs/common';",
        "import { Module } from '@nestjs/common';\nimport { VerifierModule } from '@ergodrive/verifier/nestjs';",
      ],
      ['imports: [\n', `imports: [\n${MODULE}`],
    ])),
    ...(await application.edit('src/app.controller.ts', [
      [
        'import { AppService }',
        "import { Public } from '@ergodrive/verifier/nestjs';\nimport { AppService }",
      ],
      ['  @Get()\n', '  @Public()\n  @Get()\n'],
    ])),
    ...(await application.edit('src/chat.gateway.ts', [
      ['import {', "import { UseVerifier } from '@ergodrive/verifier/nestjs';\nimport {"],
      ['export class', '@UseVerifier()\nexport class'],
    ])),
  ];
}

const MODULE = `    VerifierModule.forRoot({
      issuer: process.env.ISSUER_URL ?? '',
      clientId: process.env.CLIENT_ID ?? '',
      clientSecret: process.env.CLIENT_SECRET ?? '',
    }),
`;

/** What the team tests: with tokens made in memory, and the application as it is. */
export const TESTS_OF_THE_TEAM = {
  'test/protection.e2e-spec.ts': `import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { AddressInfo } from 'node:net';
import { io } from 'socket.io-client';
import { VerifierTestingModule } from '@ergodrive/verifier/nestjs';
import { AppModule } from './../src/app.module';

describe('the protection', () => {
  let app: INestApplication;
  let url: string;
  let token: string;

  beforeAll(async () => {
    const builder = Test.createTestingModule({ imports: [AppModule] });
    const issuer = await VerifierTestingModule.replaceIn(builder);
    ({ token } = await issuer.logIn());
    app = (await builder.compile()).createNestApplication();
    await app.listen(0, '127.0.0.1');
    url = \`http://127.0.0.1:\${(app.getHttpServer().address() as AddressInfo).port}\`;
  });
  afterAll(() => app.close());

  const bearer = () => ({ authorization: \`Bearer \${token}\` });

  it('of the route', async () => {
    expect((await fetch(\`\${url}/orders\`)).status).toBe(401);
    expect((await fetch(\`\${url}/orders\`, { headers: bearer() })).status).toBe(200);
    expect((await fetch(url)).status).toBe(200);
  });

  it('of the resolver', async () => {
    const ask = async (headers: Record<string, string>) => {
      const body = JSON.stringify({ query: '{ order }' });
      const json = { 'content-type': 'application/json' };
      const options = { method: 'POST', headers: { ...json, ...headers }, body };
      return (await fetch(\`\${url}/graphql\`, options)).json();
    };
    expect(await ask({})).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(await ask(bearer())).toEqual({ data: { order: 'an order' } });
  });

  it('of the gateway', async () => {
    const say = (auth: object) =>
      new Promise((resolve) => {
        const socket = io(url, { auth, transports: ['websocket'], forceNew: true });
        const end = (answer: unknown) => (socket.close(), resolve(answer));
        socket.on('said', end).on('exception', end);
        socket.emit('say');
      });
    expect(await say({})).toMatchObject({ code: 'token_missing' });
    expect(await say({ token })).toBe('hello');
  });
});
`,
};
