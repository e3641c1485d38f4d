import { isCommonPassword } from './common-passwords.js';
import { type Violation, wrongLength } from './violation.js';

/** What a new password must fulfil. Lengths are in Unicode code points after NFKC. */
export interface PasswordRules {
  minLength: number;
  maxLength: number;
  /** Whether the commonest passwords are refused. */
  refuseCommon: boolean;
  /** Names of the product and the organization, which do not count towards `minLength`: in NFKC and lower case, the longest first. */
  contextWords: readonly string[];
}

/** Whose password it is. */
export interface PasswordOwner {
  email: string;
  fullName: string;
}

/**
 * The form in which a password is measured, hashed and verified: Unicode NFKC (NIST SP 800-63B-4 §3.1.1.2). Keyboards and
 * systems send the same text in different forms.
 */
export const normalisePassword = (password: string): string => password.normalize('NFKC');

/**
 * Why the rules refuse a new password; `undefined` when they accept it. It holds no part of the password. None asks for certain kinds of
 * characters (NIST SP 800-63B-4 §3.1.1.2, OWASP ASVS 5.0 V6.2.5).
 *
 * In this folder because `ADMIN_PASSWORD` is checked with the configuration.
 */
export function passwordRefusal(
  password: string,
  { email, fullName }: PasswordOwner,
  { minLength, maxLength, refuseCommon, contextWords }: PasswordRules,
): Violation | undefined {
  const length = lengthOf(normalisePassword(password));
  if (length < minLength || length > maxLength) return wrongLength(length, minLength, maxLength);
  const folded = foldPassword(password);
  if ([email, localPart(email), fullName].some((text) => foldPassword(text) === folded))
    return {
      code: 'like_the_owner',
      text: 'must not be the e-mail address, the part before its @, or the full name',
    };
  if (isMadeOf(contextWords, folded, minLength))
    return {
      code: 'too_short_without_names',
      text: `must have ${minLength} characters or more besides names of the product and the organization`,
      min: minLength,
    };
  if (refuseCommon && isCommonPassword(folded))
    return { code: 'too_common', text: 'must not be one of the commonest passwords' };
  return undefined;
}

/** The form in which passwords are compared with words: NFKC in lower case. */
export const foldPassword = (text: string): string => normalisePassword(text).toLowerCase();

/**
 * Whether the password is too short without the words. NIST SP 800-63B-4 §3.1.1.2 compares whole passwords and no parts, so a long
 * password may contain a word. A name with a year behind it is no such password.
 */
function isMadeOf(words: readonly string[], folded: string, minLength: number): boolean {
  const rest = words.reduce((text, word) => text.replaceAll(word, ''), folded);
  return rest !== folded && lengthOf(rest) < minLength;
}

const lengthOf = (text: string): number => Array.from(text).length;

const localPart = (email: string): string => email.slice(0, Math.max(0, email.lastIndexOf('@')));
