import { type Mutant, mutantsOf } from './mutant.js';

const AUTHENTICATOR = 'src/clients/client-authenticator.ts';
const CLIENTS_SPEC = 'test/integration/clients.spec.ts';
const LIMITS_SPEC = 'test/integration/client-limits.spec.ts';
const MAILER_SPEC = 'test/integration/mailer-tokens.spec.ts';

const FILE_SPEC = 'test/e2e/clients-file.spec.ts';

/** Which OAuth clients are let in, and what they may do with tokens. */
export const CLIENT_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/clients/client-secret.ts', 'src/clients/client-secret.spec.ts')`
    a secret is accepted after the overlap
      -  && nowMs < previousSecretExpiresAt.getTime()
      +
  `,
  ...mutantsOf('src/oauth/admin-or-client.guard.ts', 'test/e2e/user-look-up.spec.ts')`
    a client without its scope looks up accounts | refuses a client without the scope
      - authenticate(request, this.reflector.get<ClientScope>(SCOPE, context.getClass()))
      + authenticate(request)
  `,
  ...mutantsOf('src/oauth/admin-or-client.guard.ts', 'test/integration/routes.spec.ts')`
    every user looks up accounts | if for admins, answers 403
      - if (role !== ADMIN_ROLE) throw Problems.forbidden();
      +
  `,
  ...mutantsOf('src/clients/client-statements.ts', CLIENTS_SPEC)`
    an ended client is accepted | is refused on every instance
      - FROM oauth_clients WHERE client_id = $1 AND ended_at IS NULL
      + FROM oauth_clients WHERE client_id = $1
  `,
  ...mutantsOf('src/clients/clients.service.ts', CLIENTS_SPEC)`
    the sessions of an ended client go on | is refused on every instance
      - await Promise.all([this.outlast(client.id), this.sessions.revokeOfClient(id, by)]);
      + await this.outlast(client.id);
  `,
  ...mutantsOf('src/clients/known-clients.ts', CLIENTS_SPEC)`
    the memory of clients outlives their changes | is refused on every instance
      - if (kind === 'client.changed' || kind === 'log.skipped') this.forget();
      + if (kind === 'log.skipped') this.forget();
    the memory of clients is used while the log is not read | does not read the log
      - this.standing.readsLog ? this.memory.get(id) : undefined
      + this.memory.get(id)
    CLIENTLATE: a client that changed during its look-up is remembered | during the look-up
      -  && changes === this.changes
      +
  `,
  ...mutantsOf('src/log/eviction.service.ts', 'test/integration/acknowledgement.spec.ts')`
    NOOUTLAST: the change of a client is acknowledged at once | in its own memory
      - await pause(ACCEPTANCE_ENDED_MS);
      +
  `,
  ...mutantsOf(AUTHENTICATOR, LIMITS_SPEC)`
    many networks may try secrets of a client | are limited for a client
      -     await this.count(this.ofClient, client.id, by);
      -
      +
    a network may try secrets of many clients | are limited for a network
      -     await this.count(this.ofNetwork, networkOf(by.ip), by);
      -
      +
    failures of others refuse the right secret | are limited for a client
      -     const client = await this.clients.find(id);
      -
      +     const client = await this.clients.find(id);
      +     if (client) await this.count(this.ofClient, client.id, by);
      +
  `,
  ...mutantsOf('src/sessions/session-statements.ts', 'test/integration/oauth-token.spec.ts')`
    a refresh token is good for any client | refresh token of another client
      - s.client_id IS NOT DISTINCT FROM $9
      + (s.client_id IS NOT DISTINCT FROM $9 OR true)
    another client ends a session by an older refresh token | refresh token of another client
      - s.client_id IS NOT DISTINCT FROM $6 AS is_own
      + (s.client_id IS NOT DISTINCT FROM $6 OR true) AS is_own
  `,
  ...mutantsOf('src/oauth/token-inspection.ts', 'test/integration/oauth-inspection.spec.ts')`
    a refresh token is active for every client | until it is exchanged
      -  || session.client_id !== client.id
      +
    a client revokes tokens of others | issued to another client
      - if (session.client_id !== client.id)
      -
      + if (session.client_id === undefined)
      +
    introspection says more of an inactive token | nothing more is said
      - if (verdict.outcome === 'revoked') return INACTIVE;
      + if (verdict.outcome === 'revoked') return Object.assign({ sub: claims.sub }, INACTIVE);
  `,
  ...mutantsOf(AUTHENTICATOR, 'test/integration/client-scopes.spec.ts')`
    a client does what it is not registered for | may do what it is registered for
      - if (scope !== undefined) demandScope(client, scope);
      +
  `,
  ...mutantsOf('src/oauth/mailer-tokens.service.ts', MAILER_SPEC)`
    a client gets the token that sets the password of an admin | is refused to a client, and given to an admin
      - purpose === 'reset_password' && role === ADMIN_ROLE
      + purpose === 'reset_password' && role === \`no \${ADMIN_ROLE}\`
  `,
  ...mutantsOf('src/one-time-tokens/one-time-token-statements.ts', MAILER_SPEC)`
    a token of a client sets the password of somebody who became an admin
      | who became an admin after the issue
      - (t.purpose <> 'reset_password' OR u.role <> '\${ADMIN_ROLE}')
      + (t.purpose <> 'reset_password' OR u.role <> 'no \${ADMIN_ROLE}')
    a token of a client outlives the client | ends with the client that got it
      - AND c.ended_at IS NULL AND
      + AND
  `,
  ...mutantsOf('src/oauth/end-user-address.ts', LIMITS_SPEC)`
    every client names the addresses of its users | by the address that the client names
      - demandScope(client, 'end_user_address', 400);
      +
  `,
  ...mutantsOf('src/clients/client-statements.ts', FILE_SPEC)`
    the API changes a client that a file describes | are refused by the API
      - 'client_id = $7 AND managed_by IS NULL'
      + 'client_id = $7'
  `,
  ...mutantsOf('src/clients/clients-file.service.ts', FILE_SPEC)`
    an instance applies a file again that did not change | whose file stays older
      - if (file.fingerprint !== this.applied) await this.apply(file);
      + await this.apply(file);
    the sessions of a client that its file revokes go on | when the file revokes them
      - for (const { clientId } of revoked) await this.sessions.revokeOfClient(clientId, SERVICE_ACTOR);
      + void revoked;
  `,
  ...mutantsOf('src/clients/clients-file.changes.ts', 'src/clients/clients-file.changes.spec.ts')`
    a client that has ended is changed by the file | stays refused
      - if (row?.endedAt) return [];
      + if (row?.endedAt && 'isRevoked' in entry) return [];
  `,
  ...mutantsOf('src/clients/clients-file.entry.ts', 'src/clients/clients-file.spec.ts')`
    a file may have a secret that somebody can guess | is refused when it is
      - if (!isStrongSecret(secret)) throw rule(SECRET_RULE);
      +
  `,
];
