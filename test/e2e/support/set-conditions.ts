import { createLocalJWKSet, type JWK, type JWTPayload, jwtVerify } from 'jose';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type/';
const COMMON = ['event_timestamp', 'initiating_entity', 'reason_admin', 'reason_user'];
const OWN_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  'session-revoked': [],
  'token-claims-change': ['claims'],
  'credential-change': ['credential_type', 'change_type', 'friendly_name'],
};
const CREDENTIAL_TYPES = ['password', 'pin', 'x509', 'fido2-platform', 'fido2-roaming', 'fido-u2f', 'app'];
const CHANGE_TYPES = ['create', 'revoke', 'update', 'delete'];
const MEMBERS_OF_FORMAT: Readonly<Record<string, readonly string[]>> = {
  iss_sub: ['format', 'iss', 'sub'],
  opaque: ['format', 'id'],
};
const LANGUAGE_TAG = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
const EARLIEST_SECONDS = Date.UTC(2024, 0) / 1000;
const SKEW_SECONDS = 300;

export interface Stream {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: { readonly keys: JWK[] };
}

/**
 * The conditions of OpenID's conformance suite for a SET of a transmitter, with those of its profile "CAEP interop". Each is one
 * expectation; the names of the suite's conditions are in comments.
 * @returns the type of the event, without the namespace of CAEP or RISC
 */
export async function expectConformingSet(jti: string, set: string, stream: Stream): Promise<string> {
  const { issuer, audience, jwks } = stream;
  // VerifySignature, SignedWithRsa256, SignerRsaKeySizeAtLeast2048Bits
  const { payload, protectedHeader } = await jwtVerify(set, createLocalJWKSet({ keys: [...jwks.keys] }));
  const signer = jwks.keys.find(({ kid }) => kid === protectedHeader.kid);
  expect(protectedHeader.alg).toBe('RS256');
  expect(Buffer.from(signer!.n!, 'base64url').length).toBeGreaterThanOrEqual(256);
  // UsesTypeSecEventJwt, TypeNotInPreferredForm
  expect(protectedHeader.typ).toBe('secevent+jwt');
  // DoesNotContainSubClaim, DoesNotContainExpClaim
  expect(payload).not.toHaveProperty('sub');
  expect(payload).not.toHaveProperty('exp');
  // IssuerMatches, ContainsStreamAudience, ValidateAudClaim, ValidateJtiClaim, TxnClaimMissing, TxnClaimIsString
  expect(payload).toMatchObject({ iss: issuer, aud: audience, jti, txn: expect.stringMatching(/./) });
  // IatIsNotInFuture
  expectPlausible(payload.iat);
  expectSubject(payload);
  return expectEvent(payload);
}

/** ValidateSubIdClaim, SubIdUnknownMembers: a Complex Subject of simple ones (SSF 1.0 §3.3), one in a format of the profile. */
function expectSubject({ sub_id: subject }: JWTPayload): void {
  const { format, ...members } = subject as { format: string } & Record<string, { format: string }>;
  expect(format).toBe('complex');
  expect(members['user']).toMatchObject({ format: 'iss_sub' });
  for (const [name, member] of Object.entries(members)) {
    expect(['user', 'session']).toContain(name);
    expect(Object.keys(member).sort()).toEqual(MEMBERS_OF_FORMAT[member.format]);
  }
}

function expectEvent({ events }: JWTPayload): string {
  // ContainsSingleEvent, SecurityEventValuesAreJsonObjects
  const [[type, event] = ['', {}], ...more] = Object.entries(
    events as Record<string, Record<string, unknown>>,
  );
  expect([more, typeof event]).toEqual([[], 'object']);
  // ValidateCaepCommonOptionalFields, CaepEventTimestampImplausible
  expectPlausible(event['event_timestamp']);
  const reasons = event['reason_admin'] === undefined ? [] : Object.entries(event['reason_admin'] as object);
  for (const [tag, reason] of reasons) {
    expect(tag).toMatch(LANGUAGE_TAG);
    expect(reason).toEqual(expect.stringMatching(/./));
  }
  if (!type.startsWith(CAEP)) return type.replace(RISC, '');
  const name = type.replace(CAEP, '');
  // CaepEventUnknownMembers
  for (const member of Object.keys(event)) expect([...COMMON, ...OWN_MEMBERS[name]!]).toContain(member);
  // ValidateCaepTokenClaimsChangeEvent; else CaepInteropEventReasonAdminPresent
  if (name === 'token-claims-change') expect(Object.keys(event['claims'] as object)).not.toEqual([]);
  else expect(reasons).not.toEqual([]);
  if (name === 'credential-change') {
    // ValidateCaepCredentialChangeEvent, NonStandardCaepCredentialChangeValues
    expect(CREDENTIAL_TYPES).toContain(event['credential_type']);
    expect(CHANGE_TYPES).toContain(event['change_type']);
  }
  return name;
}

/** Seconds since the epoch of a moment that has passed and is not long ago. */
function expectPlausible(seconds: unknown): void {
  expect(seconds).toBeGreaterThan(EARLIEST_SECONDS);
  expect(seconds).toBeLessThan(Date.now() / 1000 + SKEW_SECONDS);
}
