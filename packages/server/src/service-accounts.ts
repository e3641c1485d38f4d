import { randomBytes, randomUUID } from 'node:crypto';

/** A user who is logged in. */
export interface Account {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly role: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

interface Credentials {
  readonly email: string;
  readonly password: string;
}

interface UserBody {
  id: string;
  email: string;
  role: string;
}

/** The users of a service, made by its API. */
export class ServiceAccounts {
  private constructor(
    private readonly url: string,
    readonly admin: Account,
  ) {}

  /** @throws Error when the admin cannot log in */
  static async of(url: string, credentials: Credentials): Promise<ServiceAccounts> {
    return new ServiceAccounts(url, await logIn(url, credentials));
  }

  async createUser({
    role,
    email = `${randomUUID()}@ergodrive.test`,
    fullName = 'A User of the Tests',
  }: { role?: string; email?: string; fullName?: string } = {}): Promise<Account> {
    const password = randomBytes(24).toString('base64url');
    const body = { email, password, full_name: fullName };
    const user = await send<UserBody>(this.url, 'POST', '/auth/register', { body });
    if (role !== undefined && role !== user.role) await this.asAdmin('PATCH', `/users/${user.id}`, { role });
    return logIn(this.url, { email, password });
  }

  async revoke({ id }: Pick<Account, 'id'>): Promise<void> {
    await this.asAdmin('DELETE', `/users/${id}/sessions`);
  }

  async createClient(name: string): Promise<{ clientId: string; clientSecret: string }> {
    const made = await this.asAdmin<{ client_id: string; client_secret: string }>('POST', '/clients', {
      name,
    });
    return { clientId: made.client_id, clientSecret: made.client_secret };
  }

  private asAdmin<T>(method: string, path: string, body?: object): Promise<T> {
    return send<T>(this.url, method, path, { body, token: this.admin.accessToken });
  }
}

async function logIn(url: string, credentials: Credentials): Promise<Account> {
  const tokens = await send<{ access_token: string; refresh_token: string }>(
    url,
    'POST',
    '/auth/login/json',
    {
      body: credentials,
    },
  );
  const [accessToken, refreshToken] = [tokens.access_token, tokens.refresh_token];
  const { id, email, role } = await send<UserBody>(url, 'GET', '/users/me', { token: accessToken });
  return { id, email, role, password: credentials.password, accessToken, refreshToken };
}

/** @throws Error with the problem that the service answers */
async function send<T>(
  url: string,
  method: string,
  path: string,
  { body, token }: { body?: object | undefined; token?: string },
): Promise<T> {
  const headers = {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
