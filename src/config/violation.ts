/** What can be wrong with a value, for programs: a translation has a sentence for each. */
export const VIOLATION_CODES = [
  'required',
  'unknown_field',
  'malformed',
  'not_a_text',
  'not_a_boolean',
  'not_a_whole_number',
  'not_a_date',
  'not_a_list',
  'not_an_email',
  'not_a_uuid',
  'not_a_language',
  'not_allowed',
  'too_short',
  'too_long',
  'too_small',
  'too_large',
  'empty',
  'repeated',
  'control_characters',
  'too_common',
  'in_a_breach',
  'like_the_owner',
  'too_short_without_names',
] as const;

export type ViolationCode = (typeof VIOLATION_CODES)[number];

/** Why a value is refused. It holds no part of the value. */
export interface Violation {
  readonly code: ViolationCode;
  /** The rest of a sentence that begins with the name of the value, for people. */
  readonly text: string;
  /** The limits of a length or a number, as far as there are any. */
  readonly min?: number;
  readonly max?: number;
  readonly allowed?: readonly string[];
}

/** For a value that is absent, `null` or empty. */
export const REQUIRED: Violation = { code: 'required', text: 'is required' };

export const UNKNOWN_FIELD: Violation = { code: 'unknown_field', text: 'is not known here' };

export const notAllowed = (allowed: readonly string[]): Violation => ({
  code: 'not_allowed',
  text: `must be one of: ${allowed.join(', ')}`,
  allowed,
});

/** For a text of this length, which is less than `min` or more than `max` characters. */
export const wrongLength = (length: number, min: number, max: number): Violation => ({
  code: length < min ? 'too_short' : 'too_long',
  text: `must have ${min} to ${max} characters`,
  min,
  max,
});
