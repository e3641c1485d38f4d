import { type PasswordOwner, passwordRefusal, type PasswordRules } from '../config/password-rules.js';
import { REQUIRED } from '../config/violation.js';
import { fieldErrorOf } from './field-error.js';
import type { FieldError } from './problems.js';

const NEW_PASSWORD = Symbol('new password');

interface NewPassword {
  readonly member: string;
  readonly ownerOf: (body: object) => PasswordOwner;
}

/**
 * Marks the member of a body that is a new password. The rules for it are configured, so no decorator knows them:
 * the validation pipe checks them, and answers them with the errors of the other members.
 * @param ownerOf what the body says of the owner, after its transformation and perhaps not valid
 */
export const IsNewPassword =
  (ownerOf: (body: never) => Partial<PasswordOwner> = () => ({})): PropertyDecorator =>
  (target, member) => {
    const complete = (body: object): PasswordOwner => {
      const { email, fullName } = ownerOf(body as never);
      return { email: textOf(email), fullName: textOf(fullName) };
    };
    Reflect.defineMetadata(NEW_PASSWORD, { member: String(member), ownerOf: complete }, target.constructor);
  };

/** What the rules say against the new password of the body, if it has one that is a text. */
export function newPasswordErrors(body: object, rules: PasswordRules): FieldError[] {
  const marked = Reflect.getMetadata(NEW_PASSWORD, body.constructor) as NewPassword | undefined;
  if (marked === undefined) return [];
  const { member, ownerOf } = marked;
  const password: unknown = Reflect.get(body, member);
  if (typeof password !== 'string') return [];
  const refusal = password === '' ? REQUIRED : passwordRefusal(password, ownerOf(body), rules);
  return refusal === undefined ? [] : [fieldErrorOf(member, refusal)];
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
