import { ConfigurationError } from './configuration.error.js';
import type { Environment } from './environment.js';
import { foldPassword } from './password-rules.js';

/** Also what a description in Markdown can show as it is. */
const WORD = /^[\p{L}\p{M}\p{N} ._-]{3,50}$/u;
const RULE =
  'PASSWORD_CONTEXT_WORDS must be words of 3 to 50 letters, digits, spaces, dots, _ and -, with commas between';

/**
 * The names that do not count in a new password: those of `PASSWORD_CONTEXT_WORDS`, by default the words of `APP_NAME`
 * (OWASP ASVS 5.0 V6.1.2).
 * @returns the words in NFKC and lower case, the longest first, each once
 * @throws ConfigurationError
 */
export function parseContextWords({
  PASSWORD_CONTEXT_WORDS: text,
  APP_NAME,
}: Environment): readonly string[] {
  const words = text === undefined ? wordsOf(APP_NAME) : text.split(',').map((word) => word.trim());
  const present = words.filter((word) => word !== '').map(foldPassword);
  if (!present.every((word) => WORD.test(word))) throw new ConfigurationError([RULE]);
  return [...new Set(present)].sort((one, other) => other.length - one.length);
}

const wordsOf = (name: string): string[] =>
  name.split(/[^\p{L}\p{M}\p{N}]+/u).filter((word) => WORD.test(foldPassword(word)));
