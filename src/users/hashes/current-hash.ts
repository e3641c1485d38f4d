/** OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, 2 passes, 1 lane; Argon2id is the library's default. */
export const CURRENT_PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const { memoryCost, timeCost, parallelism } = CURRENT_PARAMETERS;

/** The start of every hash with these parameters (PHC string format). */
export const CURRENT_PREFIX = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`;

/** A dummy hash for unknown users: a fixed salt of 16 bytes and a fixed value of 32 bytes. No password is known for it. */
export const DUMMY_HASH =
  CURRENT_PREFIX + [16, 32].map((bytes) => 'A'.repeat(Math.ceil((bytes * 4) / 3))).join('$');
