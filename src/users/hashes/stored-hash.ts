/** How a password is compared with a stored hash: what the hashing threads need, within the bounds of {@link HASH_BOUNDS}. */
export type HashCheck =
  | { readonly kind: 'argon2'; readonly digest: string }
  | BcryptCheck
  | ScryptCheck
  | FirebaseScryptCheck
  | Pbkdf2Check
  | SaltedDigestCheck;

export interface BcryptCheck {
  readonly kind: 'bcrypt';
  readonly digest: string;
  /** How many bytes of a password count. */
  readonly passwordBytes: number;
}

export interface ScryptCost {
  /** N, the cost in memory and time. */
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
}

export interface ScryptCheck extends ScryptCost {
  readonly kind: 'scrypt';
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}

export interface FirebaseScryptCheck extends ScryptCost {
  readonly kind: 'firescrypt';
  /** The salt of the account, then the separator of the project. */
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
  /** Of the project: scrypt makes the key that encrypts it, and the result is what is compared. */
  readonly signerKey: Uint8Array;
}

export interface Pbkdf2Check {
  readonly kind: 'pbkdf2';
  readonly algorithm: DigestName;
  readonly iterations: number;
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}

export interface SaltedDigestCheck {
  readonly kind: 'digest';
  readonly algorithm: DigestName;
  readonly saltPosition: 'prefix' | 'suffix';
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}

/** The digests that PBKDF2 and salted digests may use, with their lengths in bytes. */
export const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;

export type DigestName = keyof typeof DIGEST_BYTES;

export const isDigestName = (name: string | undefined): name is DigestName =>
  name !== undefined && Object.hasOwn(DIGEST_BYTES, name);

/** Why a stored hash is not compared with any password. */
export interface HashRefusal {
  readonly refusal: 'unsupported_hash' | 'hash_too_costly';
  /** A sentence without the hash. */
  readonly reason: string;
}

export type ReadHash = HashCheck | HashRefusal;

export const unsupported = (reason: string): HashRefusal => ({ refusal: 'unsupported_hash', reason });

export const tooCostly = (reason: string): HashRefusal => ({ refusal: 'hash_too_costly', reason });

export const isRefusal = (read: ReadHash): read is HashRefusal => 'refusal' in read;
