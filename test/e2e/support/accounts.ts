import { randomUUID } from 'node:crypto';
import type { ApiClient, ApiResponse } from '../../support/app/api-client.js';

export const PASSWORD = 'Test1234';

export interface Tokens {
  access_token: string;
  refresh_token: string;
  token_type: string;
  expires_in: number;
}

export interface Account {
  id: string;
  email: string;
  password: string;
}

export interface Credentials {
  email: string;
  password: string;
}

/** A logged-in account, with a client that sends its access token. */
export interface Member extends Account {
  tokens: Tokens;
  client: ApiClient;
  sessionId: string;
}

/** Steps that most suites begin with, each checked. */
export class Accounts {
  constructor(private readonly client: ApiClient) {}

  async register(credentials: Partial<Credentials> = {}): Promise<Account> {
    const { email = `${randomUUID()}@example.org`, password = PASSWORD } = credentials;
    const { status, body } = await this.client.post<{ id: string }>('/api/v1/auth/register', {
      email,
      password,
      full_name: 'Test Account',
    });
    expect(status).toBe(201);
    return { id: body.id, email, password };
  }

  async login({ email, password }: Credentials): Promise<Tokens> {
    const { status, body } = await this.tryLogin({ email, password });
    expect(status).toBe(200);
    return body;
  }

  tryLogin({ email, password }: Credentials): Promise<ApiResponse<Tokens>> {
    return this.client.post('/api/v1/auth/login/json', { email, password });
  }

  /** One more session of an account. */
  async logIn(account: Account): Promise<Member> {
    const tokens = await this.login(account);
    const { sid } = claimsOf(tokens.access_token);
    return { ...account, tokens, client: this.client.as(tokens.access_token), sessionId: sid };
  }

  /** A new account with a session. */
  async signUp(credentials: Partial<Credentials> = {}): Promise<Member> {
    return this.logIn(await this.register(credentials));
  }

  refresh<Body = Tokens>(refreshToken: string): Promise<ApiResponse<Body>> {
    return this.client.post('/api/v1/auth/refresh', { refresh_token: refreshToken });
  }
}

export interface TokenClaims {
  iss: string;
  aud: string;
  sub: string;
  sid: string;
  jti: string;
  iat: number;
  exp: number;
  /** Of access tokens. */
  auth_time: number;
  /** Of access tokens. */
  role: string;
}

/** What a token says, unverified. */
export function claimsOf(token: string): TokenClaims {
  return decodePart(token, 1) as TokenClaims;
}

export function headerOf(token: string): { alg: string; typ: string; kid?: string } {
  return decodePart(token, 0) as { alg: string; typ: string; kid?: string };
}

function decodePart(token: string, index: number): unknown {
  return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString());
}
