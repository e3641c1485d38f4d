import { isCommonPassword } from './common-passwords.js';

/** What a new password must fulfil. Lengths are in Unicode code points after NFKC. */
export interface PasswordRules {
  minLength: number;
  maxLength: number;
  /** Whether the commonest passwords are refused. */
  refuseCommon: boolean;
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
 * Why the rules refuse a new password, as the rest of a sentence that begins with the name of its field; `undefined` when
 * they accept it. The text holds no part of the password. The rules follow NIST SP 800-63B-4 §3.1.1 and OWASP ASVS 5.0 V6.2:
 * none asks for certain kinds of characters.
 *
 * In this folder because `ADMIN_PASSWORD` is checked with the configuration.
 */
export function passwordRefusal(
  password: string,
  { email, fullName }: PasswordOwner,
  { minLength, maxLength, refuseCommon }: PasswordRules,
): string | undefined {
  const length = Array.from(normalisePassword(password)).length;
  if (length < minLength || length > maxLength) return `must have ${minLength} to ${maxLength} characters`;
  const folded = fold(password);
  if ([email, localPart(email), fullName].some((text) => fold(text) === folded))
    return 'must not be the e-mail address, the part before its @, or the full name';
  if (refuseCommon && isCommonPassword(folded)) return 'must not be one of the commonest passwords';
  return undefined;
}

const fold = (text: string): string => normalisePassword(text).toLowerCase();

const localPart = (email: string): string => email.slice(0, Math.max(0, email.lastIndexOf('@')));
