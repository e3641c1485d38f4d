import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { CurrentPrincipal, Public, Roles } from '../../src/nestjs/index.js';
import { type KitApp, startApp } from './kit-app.js';

@Resolver()
class CatsResolver {
  @Query(() => String)
  me(@CurrentPrincipal('sub') sub: string) {
    return sub;
  }

  @Query(() => String)
  @Public()
  version() {
    return '1';
  }

  @Query(() => String)
  @Roles('admin')
  secret() {
    return 'a secret';
  }
}

const GRAPHQL = GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true });

describe('resolvers of GraphQL', () => {
  let started: KitApp;
  beforeAll(async () => {
    const metadata = { providers: [CatsResolver], imports: [GRAPHQL] };
    started = await startApp(() => new FastifyAdapter(), metadata);
  });
  afterAll(() => started.app.close());

  const ask = async (query: string, token?: string) => {
    const authorization = token && { authorization: `Bearer ${token}` };
    const headers = { 'content-type': 'application/json', ...authorization };
    const body = JSON.stringify({ query });
    const response = await fetch(`${started.url}/graphql`, { method: 'POST', headers, body });
    return (await response.json()) as { data: object; errors?: { extensions: { code: string } }[] };
  };

  it('need a token unless they are public, and get the principal', async () => {
    const { token, session } = await started.issuer.logIn();
    expect(await ask('{ version }')).toEqual({ data: { version: '1' } });
    expect(await ask('{ me }', token)).toEqual({ data: { me: session.sub } });
    expect(await ask('{ me }')).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(await ask('{ secret }', token)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });
});
