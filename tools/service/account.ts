import { randomBytes } from 'node:crypto';
import type { TokensDto, UserDto } from '../../packages/client/src/generated/types.gen.js';
import type { Answer, ServiceClient } from './service-client.js';

/** Without a cookie, an answer has both tokens. */
export type Tokens = Required<TokensDto>;

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Random credentials: nobody knows the password after the command has ended. */
export function throwAwayCredentials(localPart: string): Credentials {
  return { email: `${localPart}@example.com`, password: randomBytes(24).toString('base64url') };
}

export function register(
  client: ServiceClient,
  credentials: Credentials,
  fullName: string,
): Promise<Answer<UserDto>> {
  return client.send('POST', '/api/v1/auth/register', { body: { ...credentials, full_name: fullName } });
}

export function logIn(client: ServiceClient, credentials: Credentials): Promise<Answer<Tokens>> {
  return client.send('POST', '/api/v1/auth/login/json', { body: credentials });
}

export function refresh(client: ServiceClient, refreshToken: string): Promise<Answer<Tokens>> {
  return client.send('POST', '/api/v1/auth/refresh', { body: { refresh_token: refreshToken } });
}

export function logOut(client: ServiceClient, token: string): Promise<Answer<unknown>> {
  return client.send('POST', '/api/v1/auth/logout', { token });
}

/** 204: it is erased, or deactivated until its day has come. */
export function erase(client: ServiceClient, token: string, password: string): Promise<Answer<unknown>> {
  return client.send('DELETE', '/api/v1/users/me', { token, body: { current_password: password } });
}

export function readAccount(client: ServiceClient, token: string): Promise<Answer<UserDto>> {
  return client.send('GET', '/api/v1/users/me', { token });
}
