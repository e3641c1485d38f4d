import { createRequire } from 'node:module';

/**
 * The least that `PASSWORD_MIN_LENGTH` may be, and its default (OWASP ASVS 5.0 V6.2.1). NIST SP 800-63B-4 §3.1.1.2 asks for 15 where a
 * password is the only factor.
 */
export const MIN_PASSWORD_LENGTH = 8;

const require = createRequire(import.meta.url);

let common: ReadonlySet<string> | undefined;

/**
 * Whether the password is one of the 18,000 commonest that are long enough to be accepted. The list is that of zxcvbn-ts, in
 * lower case. It is read at the first call, which takes 30 ms and 4 MB: development does not need it.
 * @param folded the password in NFKC and lower case
 */
export function isCommonPassword(folded: string): boolean {
  common ??= readList();
  return common.has(folded);
}

function readList(): ReadonlySet<string> {
  const { dictionary } = require('@zxcvbn-ts/language-common') as typeof import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common'].filter((password) => password.length >= MIN_PASSWORD_LENGTH));
}
