import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import type {
  AuthorizationServerDto,
  HealthSummaryDto,
} from '../../../packages/client/src/generated/types.gen.js';
import { reasonOf } from '../../service/service-client.js';
import type { Check, InstanceCheck } from '../check.js';
import { demand, type Observation, PromiseBroken } from '../observation.js';
import { claimsOf, type Examination, type Instance } from '../examination.js';

/** The clock of this machine may differ from that of PostgreSQL, which is in the tokens. */
const CLOCK_TOLERANCE = '10 minutes';

export const HEALTH: InstanceCheck = {
  id: 'health',
  promise: 'the service is up',
  async runOn({ client }) {
    const answer = await client.send<HealthSummaryDto>('GET', '/health');
    // A gateway demands a token for what it does not know.
    if (answer.status === 404 || answer.status === 401)
      return { ms: answer.ms, skipped: 'GET /health is not passed on here' };
    const { ms, body } = demand(answer, 200, 'GET /health');
    if (!['healthy', 'degraded'].includes(body.status))
      throw new PromiseBroken('this is not the service', { ms });
    return { ms, detail: summaryOf(body) };
  },
};

/** Behind a management port, the public one has the status alone. */
function summaryOf({ status, version, environment, database, redis, cache }: HealthSummaryDto): string {
  const unused = cache?.reason ?? 'every request costs a query';
  return [
    status === 'degraded' ? `degraded, the cache is not used: ${unused}` : status,
    version === undefined ? undefined : `version ${version} (${environment})`,
    database && `PostgreSQL ${database.kind}`,
    redis && `Redis ${redis.redis_version ?? redis.status.replace('_', ' ')}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

export const DISCOVERY: Check = {
  id: 'discovery',
  promise: 'OAuth discovery names the issuer of the tokens',
  async run(examination) {
    const answer = await examination.entry.send<AuthorizationServerDto>(
      'GET',
      '/.well-known/oauth-authorization-server',
    );
    const { ms, body } = demand(answer, 200, 'the discovery document');
    const { iss, aud } = claimsOf(tokenOf(examination));
    if (body.issuer !== iss || aud !== iss)
      throw new PromiseBroken(`discovery says ${body.issuer}, the token has iss ${iss} and aud ${aud}`, {
        ms,
      });
    const { jwks_uri: keys, token_endpoint, introspection_endpoint, revocation_endpoint } = body;
    const endpoints = [token_endpoint, introspection_endpoint, revocation_endpoint, keys];
    const foreign = endpoints.find((url) => url !== undefined && !url.startsWith(`${iss}/`));
    if (foreign !== undefined) throw new PromiseBroken(`${foreign} is not below the issuer ${iss}`, { ms });
    return { ms, detail: iss };
  },
};

export const ISSUER_ADDRESS: Check = {
  id: 'issuer-address',
  promise: 'the issuer is the address that clients use',
  async run(examination): Promise<Observation> {
    const { iss } = claimsOf(tokenOf(examination));
    const isSame = iss.replace(/\/+$/, '') === examination.entry.urlOf('').href.replace(/\/+$/, '');
    return isSame ? {} : { skipped: `the issuer is ${iss}: give it as --url to examine this` };
  },
};

export const SIGNING_KEYS: InstanceCheck = {
  id: 'signing-keys',
  promise: 'the JWK Set verifies the tokens',
  async runOn({ client }: Instance, examination) {
    const answer = await client.send<JSONWebKeySet>('GET', '/.well-known/jwks.json');
    const { ms, body } = demand(answer, 200, 'the JWK Set');
    const token = tokenOf(examination);
    const { alg, kid } = decodeProtectedHeader(token);
    if (alg === 'HS256') return { ms, skipped: 'HS256: only the service itself verifies tokens' };
    const { iss } = claimsOf(token);
    const options = { issuer: iss, audience: iss, typ: 'at+jwt', clockTolerance: CLOCK_TOLERANCE };
    try {
      await jwtVerify(token, createLocalJWKSet(body), options);
    } catch (error) {
      throw new PromiseBroken(`${alg} with kid ${kid}: ${reasonOf(error)}`, { ms });
    }
    return { ms, detail: `${alg}, ${body.keys.length} key${body.keys.length === 1 ? '' : 's'}` };
  },
};

const tokenOf = (examination: Examination) => examination.session('first').tokens.access_token;
