import { api, type ApiClient } from '../../support/app/api-client.js';
import { EchoApi, type ReceivedRequest } from '../../support/gateway/echo-api.js';
import { Gateway, type GatewayName } from '../../support/gateway/gateway.js';
import type { AppProcess } from '../../support/app/app-process.js';
import { Deployment } from './deployment.js';
import type { Member } from './accounts.js';

/** A gateway that runs an example of the documentation, the auth service that it asks, and the API behind it. */
export class GatewayStack {
  readonly client: ApiClient;

  private constructor(
    readonly deployment: Deployment<AppProcess>,
    readonly echo: EchoApi,
    readonly gateway: Gateway,
  ) {
    this.client = api(gateway.url);
  }

  /** @param env more variables of the auth service */
  static async start(name: GatewayName, env: Readonly<Record<string, string>> = {}): Promise<GatewayStack> {
    const [deployment, echo] = await Promise.all([
      Deployment.ofProcesses({ instances: [{ TRUSTED_PROXIES: '1', ...env }] }),
      EchoApi.start(),
    ]);
    const gateway = await Gateway.start(name, { auth: deployment.apps[0]!.port, api: echo.port });
    return new GatewayStack(deployment, echo, gateway);
  }

  get app() {
    return this.deployment.apps[0]!;
  }

  /** A new account with a session. Its client speaks to the gateway. */
  async signUp(): Promise<Member> {
    const member = await this.deployment.accounts().signUp();
    return { ...member, client: this.client.as(member.tokens.access_token) };
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.gateway.stop();
    await this.echo.stop();
    await this.deployment.stop();
  }
}

/**
 * The headers of a request that name the user to the API, also by the other spellings that CGI, WSGI and PHP make the same
 * variable of. Sorted, as `name: value`.
 */
export function identityOf({ headers }: Pick<ReceivedRequest, 'headers'>): string[] {
  return headers
    .map(([name, value]) => [name.toLowerCase().replace(/[^a-z0-9]/g, '-'), value] as const)
    .filter(([name]) => name.startsWith('x-auth-'))
    .map(([name, value]) => `${name}: ${value}`)
    .sort();
}

export const identity = ({ id, sessionId }: Member, role = 'student'): string[] => [
  `x-auth-role: ${role}`,
  `x-auth-session-id: ${sessionId}`,
  `x-auth-user-id: ${id}`,
];
