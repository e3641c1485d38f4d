import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { waitFor } from '../../test/support/wait-for.js';
import type { BenchContext } from '../cases/bench-context.js';
import { readCase } from '../cases/read-cases.js';
import { repeatOnWrongSource, verifyProtection, verifySource } from '../cases/verdict-source.js';
import { type ClosedLoopResult, runClosedLoop, runToEnd } from '../load/closed-loop.js';
import { type ReadRequest, readRequests, readScript } from '../load/script.js';
import { benchUser, firstSessions } from '../population/bench-user.js';
import { ACCESS_LIFE_SECONDS } from '../population/token-signer.js';
import type { BenchServer } from '../stack/bench-server.js';
import { measureInterleaved } from './interleaved-rounds.js';

const KEYS = ['guarded', 'verified', 'verifiedByPassport', 'warm', 'introspected'] as const;
type Key = (typeof KEYS)[number];
export type OtherServices = Record<Key, ClosedLoopResult[]>;

interface Client {
  readonly id: string;
  readonly secret: string;
}

const INTROSPECT = '/oauth2/introspect';
const VERIFIED = '/bench/verified';
/** Without a verdict of the product: the verifier checks the token itself. */
const VERIFIED_CASE = { title: 'verifier', path: VERIFIED, isProtected: true };
const BY_PASSPORT_CASE = { ...VERIFIED_CASE, title: 'verifier by passport', path: `${VERIFIED}-by-passport` };

/** On a new server that signs with a key pair: introspection beside the warm route, and the verifier beside a do-nothing guard. */
export async function measureOtherServices(context: BenchContext): Promise<OtherServices> {
  const { stack, plan } = context;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256' }] };
  const client = await registerClient(context.databaseUrl);
  const server = await stack.startBeside(context.databaseUrl, {
    SIGNING_KEYS_FILE: await stack.writeFile('signing-keys.json', JSON.stringify(keys)),
    // The life of the benchmark's tokens: the verifier asks about a token that lives longer than the service says.
    ACCESS_TOKEN_EXPIRE_MINUTES: String(ACCESS_LIFE_SECONDS / 60),
    BENCH_CLIENT_ID: client.id,
    BENCH_CLIENT_SECRET: client.secret,
  });
  try {
    const tokens = stack.tokensBy(privateKey);
    const sessions = firstSessions(plan.warmUsers);
    const own = readRequests(readCase('warm').path, sessions, tokens);
    const sample = readRequests(VERIFIED, sessions, tokens, benchUser(0));
    const requests: Record<Key, ReadRequest[]> = {
      guarded: sample.map((request) => ({ ...request, path: readCase('guarded').path })),
      verified: sample,
      verifiedByPassport: sample.map((request) => ({ ...request, path: BY_PASSPORT_CASE.path })),
      warm: own,
      introspected: own.map((request) => introspection(request, client)),
    };
    const cases = {
      guarded: readCase('guarded'),
      verified: VERIFIED_CASE,
      verifiedByPassport: BY_PASSPORT_CASE,
      warm: readCase('warm'),
      introspected: introspectionCase,
    };
    await runToEnd(server, readScript(own, plan.connections, true));
    await verifyProtection(server, VERIFIED_CASE);
    await verifyProtection(server, BY_PASSPORT_CASE);
    await verifiedLocally(server, sample[0]);
    await runToEnd(server, readScript(sample, plan.connections, true));
    return await measureInterleaved(KEYS, plan.otherServices, (key) =>
      repeatOnWrongSource(context.discarded, () =>
        verifySource(server, cases[key], () =>
          runClosedLoop(server, readScript(requests[key], plan.connections, false), plan.otherServices),
        ),
      ),
    );
  } finally {
    await server.stop();
  }
}

const introspectionCase = { title: 'introspection', verdictSource: 'cache' as const };

/** By SQL, as its secret's hash. */
async function registerClient(databaseUrl: string): Promise<Client> {
  const secret = randomBytes(32).toString('base64url');
  const hash = createHash('sha256').update(secret).digest();
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    const { rows } = await database.query<{ id: string }>(
      `INSERT INTO oauth_clients (name, secret_hash) VALUES ('bench', $1) RETURNING id`,
      [hash],
    );
    return { id: String(rows[0]?.id), secret };
  } finally {
    await database.end();
  }
}

/** Introspects the token of a request. */
function introspection({ headers }: ReadRequest, { id, secret }: Client): ReadRequest {
  const token = String(headers['authorization']?.replace('Bearer ', ''));
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
  const { iss, sub, aud, client_id, exp, iat, jti, sid, role, auth_time } = claims;
  const answer = {
    active: true,
    iss,
    sub,
    aud,
    client_id,
    exp,
    iat,
    jti,
    sid,
    role,
    auth_time,
    token_type: 'Bearer',
  };
  return {
    path: INTROSPECT,
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: `token=${token}`,
    expected: JSON.stringify(answer),
  };
}

/** Waits until the verifier has heard enough of the feed to check this token without the issuer. */
async function verifiedLocally(server: BenchServer, request: ReadRequest | undefined): Promise<void> {
  await waitFor(
    async () => {
      const before = await server.verdictCounts();
      const { status } = await fetch(server.url + VERIFIED, { headers: request?.headers });
      const after = await server.verdictCounts();
      return status === 200 && after.cache === before.cache && after.database === before.database;
    },
    { what: 'the verifier to follow the feed', timeoutMs: 60_000, intervalMs: 200 },
  );
}
