import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor.js';
import { AppConfig } from '../config/app-config.js';
import { type PasswordOwner, passwordRefusal } from '../config/password-rules.js';
import { invalidField } from '../http/field-error.js';
import { BreachedPasswords } from './breached-passwords.js';

/** Decides which new passwords are accepted. A password that is in use is not checked: the rules may have changed since. */
@Injectable()
export class PasswordPolicy {
  constructor(
    private readonly config: AppConfig,
    private readonly breachedPasswords: BreachedPasswords,
  ) {}

  /**
   * @param field the member of the body that the answer names
   * @throws ProblemError 422 `validation_failed`, which holds no part of the password
   */
  async demand(field: string, password: string, owner: PasswordOwner, by: Actor): Promise<void> {
    const refusal = passwordRefusal(password, owner, this.config.passwords);
    if (refusal !== undefined) throw invalidField(field, refusal);
    if (await this.breachedPasswords.includes(password, by))
      throw invalidField(field, {
        code: 'in_a_breach',
        text: 'must not be a password that is known from a data breach',
      });
  }
}
