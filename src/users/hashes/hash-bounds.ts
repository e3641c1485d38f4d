/**
 * The most that one comparison with a stored hash may cost. A hash beyond a bound is refused at the import, and matches no password: so no
 * file can make a login take minutes or gigabytes. The bounds take about 1 to 2 s of one core, and 128 MiB.
 */
export const HASH_BOUNDS = {
  bcryptCost: 14,
  /** Argon2 and scrypt, in KiB. */
  memoryKiB: 131_072,
  /** Argon2: memory in KiB times passes. */
  argon2Work: 1_048_576,
  /** scrypt: N times r times p. */
  scryptWork: 1_048_576,
  lanes: 16,
  /** PBKDF2: iterations times the blocks of the key. */
  pbkdf2Work: 4_000_000,
  /** Of a salt and of a key. */
  bytes: 128,
} as const;

/** Longer texts are no hash of a supported kind. */
export const MAX_HASH_LENGTH = 600;
