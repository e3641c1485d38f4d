import type { Mutant } from './mutant.js';

const AUTHENTICATOR = 'src/clients/client-authenticator.ts';
const KNOWN = 'src/clients/known-clients.ts';
const SERVICE = 'src/clients/clients.service.ts';
const INSPECTION = 'src/oauth/token-inspection.ts';
const CLIENTS_SPEC = ['test/integration/clients.spec.ts'] as const;
const LIMITS_SPEC = ['test/integration/client-limits.spec.ts'] as const;
const LOOK_UP_SPEC = ['test/e2e/user-look-up.spec.ts'] as const;
const MAILER_SPEC = ['test/integration/mailer-tokens.spec.ts'] as const;
const TOKEN_SPEC = ['test/integration/oauth-token.spec.ts'] as const;
const INSPECTION_SPEC = ['test/integration/oauth-inspection.spec.ts'] as const;

const FILE_SERVICE = 'src/clients/clients-file.service.ts';
const FILE_SPEC = ['test/e2e/clients-file.spec.ts'] as const;

/** Which OAuth clients are let in, and what they may do with tokens. */
export const CLIENT_MUTANTS: readonly Mutant[] = [
  {
    name: 'a secret is accepted after the overlap',
    file: 'src/clients/client-secret.ts',
    text: ' && nowMs < previousSecretExpiresAt.getTime()',
    replacement: '',
    specs: ['src/clients/client-secret.spec.ts'],
  },
  {
    name: 'a client without its scope looks up accounts',
    file: 'src/oauth/admin-or-client.guard.ts',
    text: 'authenticate(request, this.reflector.get<ClientScope>(SCOPE, context.getClass()))',
    replacement: 'authenticate(request)',
    specs: LOOK_UP_SPEC,
    test: 'refuses a client without the scope',
  },
  {
    name: 'every user looks up accounts',
    file: 'src/oauth/admin-or-client.guard.ts',
    text: 'if (role !== ADMIN_ROLE) throw Problems.forbidden();',
    replacement: '',
    specs: ['test/integration/routes.spec.ts'],
    test: 'if for admins, answers 403',
  },
  {
    name: 'an ended client is accepted',
    file: 'src/clients/client-statements.ts',
    text: 'FROM oauth_clients WHERE client_id = $1 AND ended_at IS NULL',
    replacement: 'FROM oauth_clients WHERE client_id = $1',
    specs: CLIENTS_SPEC,
    test: 'is refused on every instance',
  },
  {
    name: 'the sessions of an ended client go on',
    file: SERVICE,
    text: 'await Promise.all([this.outlast(client.id), this.sessions.revokeOfClient(id, by)]);',
    replacement: 'await this.outlast(client.id);',
    specs: CLIENTS_SPEC,
    test: 'is refused on every instance',
  },
  {
    name: 'the memory of clients outlives their changes',
    file: KNOWN,
    text: "if (kind === 'client.changed' || kind === 'log.skipped') this.forget();",
    replacement: "if (kind === 'log.skipped') this.forget();",
    specs: CLIENTS_SPEC,
    test: 'is refused on every instance',
  },
  {
    name: 'NOOUTLAST: the change of a client is acknowledged at once',
    file: 'src/log/eviction.service.ts',
    text: 'await pause(ACCEPTANCE_ENDED_MS);',
    replacement: '',
    specs: ['test/integration/acknowledgement.spec.ts'],
    test: 'in its own memory',
  },
  {
    name: 'the memory of clients is used while the log is not read',
    file: KNOWN,
    text: 'this.standing.readsLog ? this.memory.get(id) : undefined',
    replacement: 'this.memory.get(id)',
    specs: CLIENTS_SPEC,
    test: 'does not read the log',
  },
  {
    name: 'CLIENTLATE: a client that changed during its look-up is remembered',
    file: KNOWN,
    text: ' && changes === this.changes',
    replacement: '',
    specs: CLIENTS_SPEC,
    test: 'during the look-up',
  },
  {
    name: 'many networks may try secrets of a client',
    file: AUTHENTICATOR,
    text: '    await this.count(this.ofClient, client.id, by);\n',
    replacement: '',
    specs: LIMITS_SPEC,
    test: 'are limited for a client',
  },
  {
    name: 'a refresh token is good for any client',
    file: 'src/sessions/session-statements.ts',
    text: 's.client_id IS NOT DISTINCT FROM $9',
    replacement: '(s.client_id IS NOT DISTINCT FROM $9 OR true)',
    specs: TOKEN_SPEC,
    test: 'refresh token of another client',
  },
  {
    name: 'a refresh token is active for every client',
    file: INSPECTION,
    text: ' || session.client_id !== client.id',
    replacement: '',
    specs: INSPECTION_SPEC,
    test: 'until it is exchanged',
  },
  {
    name: 'a client revokes tokens of others',
    file: INSPECTION,
    text: 'if (session.client_id !== client.id)\n',
    replacement: 'if (session.client_id === undefined)\n',
    specs: INSPECTION_SPEC,
    test: 'issued to another client',
  },
  {
    name: 'a network may try secrets of many clients',
    file: AUTHENTICATOR,
    text: '    await this.count(this.ofNetwork, networkOf(by.ip), by);\n',
    replacement: '',
    specs: LIMITS_SPEC,
    test: 'are limited for a network',
  },
  {
    name: 'failures of others refuse the right secret',
    file: AUTHENTICATOR,
    text: '    const client = await this.clients.find(id);\n',
    replacement:
      '    const client = await this.clients.find(id);\n    if (client) await this.count(this.ofClient, client.id, by);\n',
    specs: LIMITS_SPEC,
    test: 'are limited for a client',
  },
  {
    name: 'another client ends a session by an older refresh token',
    file: 'src/sessions/session-statements.ts',
    text: 's.client_id IS NOT DISTINCT FROM $6 AS is_own',
    replacement: '(s.client_id IS NOT DISTINCT FROM $6 OR true) AS is_own',
    specs: TOKEN_SPEC,
    test: 'refresh token of another client',
  },
  {
    name: 'introspection says more of an inactive token',
    file: INSPECTION,
    text: "if (verdict.outcome === 'revoked') return INACTIVE;",
    replacement: "if (verdict.outcome === 'revoked') return Object.assign({ sub: claims.sub }, INACTIVE);",
    specs: INSPECTION_SPEC,
    test: 'nothing more is said',
  },
  {
    name: 'a client does what it is not registered for',
    file: AUTHENTICATOR,
    text: 'if (scope !== undefined) demandScope(client, scope);',
    replacement: '',
    specs: ['test/integration/client-scopes.spec.ts'],
    test: 'may do what it is registered for',
  },
  {
    name: 'a client gets the token that sets the password of an admin',
    file: 'src/oauth/mailer-tokens.service.ts',
    text: "purpose === 'reset_password' && role === ADMIN_ROLE",
    replacement: "purpose === 'reset_password' && role === `no ${ADMIN_ROLE}`",
    specs: MAILER_SPEC,
    test: 'is refused to a client, and given to an admin',
  },
  {
    name: 'a token of a client sets the password of somebody who became an admin',
    file: 'src/one-time-tokens/one-time-token-statements.ts',
    text: "(t.purpose <> 'reset_password' OR u.role <> '${ADMIN_ROLE}')",
    replacement: "(t.purpose <> 'reset_password' OR u.role <> 'no ${ADMIN_ROLE}')",
    specs: MAILER_SPEC,
    test: 'who became an admin after the issue',
  },
  {
    name: 'a token of a client outlives the client',
    file: 'src/one-time-tokens/one-time-token-statements.ts',
    text: 'AND c.ended_at IS NULL AND',
    replacement: 'AND',
    specs: MAILER_SPEC,
    test: 'ends with the client that got it',
  },
  {
    name: 'every client names the addresses of its users',
    file: 'src/oauth/end-user-address.ts',
    text: "demandScope(client, 'end_user_address', 400);",
    replacement: '',
    specs: LIMITS_SPEC,
    test: 'by the address that the client names',
  },
  {
    name: 'the API changes a client that a file describes',
    file: 'src/clients/client-statements.ts',
    text: "'client_id = $7 AND managed_by IS NULL'",
    replacement: "'client_id = $7'",
    specs: FILE_SPEC,
    test: 'are refused by the API',
  },
  {
    name: 'an instance applies a file again that did not change',
    file: FILE_SERVICE,
    text: 'if (file.fingerprint !== this.applied) await this.apply(file);',
    replacement: 'await this.apply(file);',
    specs: FILE_SPEC,
    test: 'whose file stays older',
  },
  {
    name: 'the sessions of a client that its file revokes go on',
    file: FILE_SERVICE,
    text: 'for (const { clientId } of revoked) await this.sessions.revokeOfClient(clientId, SERVICE_ACTOR);',
    replacement: 'void revoked;',
    specs: FILE_SPEC,
    test: 'when the file revokes them',
  },
  {
    name: 'a client that has ended is changed by the file',
    file: 'src/clients/clients-file.changes.ts',
    text: 'if (row?.endedAt) return [];',
    replacement: "if (row?.endedAt && 'isRevoked' in entry) return [];",
    specs: ['src/clients/clients-file.changes.spec.ts'],
    test: 'stays refused',
  },
  {
    name: 'a file may have a secret that somebody can guess',
    file: 'src/clients/clients-file.entry.ts',
    text: 'if (!isStrongSecret(secret)) throw rule(SECRET_RULE);',
    replacement: '',
    specs: ['src/clients/clients-file.spec.ts'],
    test: 'is refused when it is',
  },
];
