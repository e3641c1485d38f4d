import { getMetadataStorage, type ValidationError } from 'class-validator';
import { notAllowed, REQUIRED, UNKNOWN_FIELD, type Violation, wrongLength } from '../config/violation.js';

/** A rule that a value breaks, with the arguments of its decorator: numbers, or one list. */
interface Broken {
  readonly value: unknown;
  readonly numbers: readonly number[];
  readonly list: readonly string[];
}
type Rule = (broken: Broken) => Violation;

const NOT_A_TEXT: Violation = { code: 'not_a_text', text: 'must be a text' };

/** By the names that class-validator gives to its rules. Of several that a value breaks, the first one here is answered. */
const RULES: Readonly<Record<string, Rule>> = {
  whitelistValidation: () => UNKNOWN_FIELD,
  isString: () => NOT_A_TEXT,
  isBoolean: () => ({ code: 'not_a_boolean', text: 'must be true or false' }),
  isInt: () => ({ code: 'not_a_whole_number', text: 'must be a whole number' }),
  isDate: () => ({ code: 'not_a_date', text: 'must be a date and a time, such as 2026-11-24T12:00:00Z' }),
  isArray: () => ({ code: 'not_a_list', text: 'must be a list' }),
  isUuid: () => ({ code: 'not_a_uuid', text: 'must be a UUID' }),
  arrayNotEmpty: () => ({ code: 'empty', text: 'must have at least one element' }),
  arrayUnique: () => ({ code: 'repeated', text: 'must have each element once' }),
  isIn: ({ list }) => notAllowed(list),
  isLength: ({ value, numbers: [min = 0, max = 0] }) => wrongLength(lengthOf(value), min, max),
  minLength: ({ numbers: [min = 0] }) => ({
    code: 'too_short',
    text: `must have at least ${min} characters`,
    min,
  }),
  maxLength: ({ numbers: [max = 0] }) => ({
    code: 'too_long',
    text: `must have at most ${max} characters`,
    max,
  }),
  min: ({ numbers: [min = 0] }) => ({ code: 'too_small', text: `must be at least ${min}`, min }),
  max: ({ numbers: [max = 0] }) => ({ code: 'too_large', text: `must be at most ${max}`, max }),
  isOneLine: () => ({ code: 'control_characters', text: 'must not have control characters' }),
  isEmail: () => ({ code: 'not_an_email', text: 'must be an e-mail address, such as ada@example.org' }),
  isLocale: () => ({ code: 'not_a_language', text: 'must be a language tag, such as en or de-AT' }),
};
const FOR_TEXTS = ['isLength', 'minLength', 'maxLength', 'isOneLine', 'isEmail', 'isLocale'];

/** Why class-validator refuses the member of the body. @param body an instance of its class */
export function violationOf(body: object, { property, constraints = {} }: ValidationError): Violation {
  const value: unknown = Reflect.get(body, property);
  const broken = Object.keys(constraints);
  if (isMissing(value) && !broken.includes('whitelistValidation')) return REQUIRED;
  if (typeof value !== 'string' && broken.some((rule) => FOR_TEXTS.includes(rule))) return NOT_A_TEXT;
  const [name, rule] = Object.entries(RULES).find(([known]) => broken.includes(known)) ?? [];
  if (name === undefined || rule === undefined)
    return { code: 'malformed', text: Object.values(constraints)[0] ?? 'is not valid' };
  return rule({ value, ...limitsOf(body, property, name) });
}

const isMissing = (value: unknown): boolean => value === undefined || value === null || value === '';

function limitsOf(body: object, property: string, name: string): Omit<Broken, 'value'> {
  const rules = getMetadataStorage().getTargetValidationMetadatas(body.constructor, '', false, false);
  const rule = rules.find((each) => each.propertyName === property && each.name === name);
  const given: unknown[] = rule?.constraints ?? [];
  return { numbers: given as number[], list: (given[0] as string[] | undefined) ?? [] };
}

const lengthOf = (value: unknown): number => (typeof value === 'string' ? Array.from(value).length : 0);
