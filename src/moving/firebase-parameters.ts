import { toPhcBase64 } from '../users/hashes/phc-string.js';

/** What all hashes of a Firebase project share. */
export interface FirebaseParameters {
  readonly signerKey: Buffer;
  readonly saltSeparator: Buffer;
  readonly rounds: number;
  readonly memoryCost: number;
}

const MEMBER = /"?(base64_signer_key|base64_salt_separator|rounds|mem_cost)"?\s*[:=]\s*"?([\w+/=-]+)"?/g;

/**
 * Reads `hash_config` as the console of Firebase shows it, or as JSON.
 * @throws Error that names what is missing, and no key
 */
export function parseFirebaseParameters(text: string): FirebaseParameters {
  const found = new Map([...text.matchAll(MEMBER)].map(([, name = '', value = '']) => [name, value]));
  const member = (name: string): string => {
    const value = found.get(name);
    if (value === undefined) throw new Error(`the file of --firebase-hash-config lacks ${name}`);
    return value;
  };
  return {
    signerKey: Buffer.from(member('base64_signer_key'), 'base64'),
    saltSeparator: Buffer.from(member('base64_salt_separator'), 'base64'),
    rounds: Number(member('rounds')),
    memoryCost: Number(member('mem_cost')),
  };
}

/** @param salt @param hash in base64, also with `-` and `_`, as `firebase auth:export` writes them */
export function firebaseHash(parameters: FirebaseParameters, salt: string, hash: string): string {
  const values = [
    Buffer.from(salt, 'base64'),
    Buffer.from(hash, 'base64'),
    parameters.saltSeparator,
    parameters.signerKey,
  ];
  const start = `$firescrypt$ln=${parameters.memoryCost},r=${parameters.rounds},p=1`;
  return [start, ...values.map(toPhcBase64)].join('$');
}
