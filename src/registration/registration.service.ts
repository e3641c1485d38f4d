import { Injectable } from '@nestjs/common';
import { AttemptLimits } from '../auth/attempt-limits.js';
import { CommandsService } from '../commands/commands.service.js';
import type { Actor } from '../common/actor.js';
import { AppConfig } from '../config/app-config.js';
import { Problems } from '../http/problem.error.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { normaliseEmail } from '../users/email.js';
import { MailLimits } from '../users/mail-limits.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { PasswordPolicy } from '../users/password-policy.js';
import { RegistrationGate } from '../users/registration-gate.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import type { RegisterDto } from './registration.dto.js';

/** Lets people make accounts for themselves. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly users: UsersService,
    private readonly gate: RegistrationGate,
    private readonly commands: CommandsService,
    private readonly hasher: PasswordHasher,
    private readonly passwords: PasswordPolicy,
    private readonly tokens: OneTimeTokens,
    private readonly attempts: AttemptLimits,
    private readonly mails: MailLimits,
    private readonly config: AppConfig,
  ) {}

  /**
   * Makes an account, or with `REGISTRATION_SILENT` sends a mail.
   * @returns the account, or `undefined` when a mail says the rest
   * @throws ProblemError 403 for any role but the default one, `registration_closed`, `email_domain_refused`, 409 `email_taken`, 422, 429
   */
  async register(body: RegisterDto, by: Actor): Promise<User | undefined> {
    const { email, password, full_name: fullName, locale } = body;
    const { default: role } = this.config.roles;
    if (body.role !== undefined && body.role !== role)
      throw Problems.forbidden('Only an admin grants this role');
    this.gate.demand('registration', email);
    await this.attempts.register(by.ip, by.redisWaits);
    if (!this.config.registration.isSilent)
      return this.users.create({ email, password, fullName, role, locale, origin: 'registration' }, by);
    await this.registerSilently(body, by);
    return undefined;
  }

  /**
   * Keeps what was sent until the address is proved: only then is there an account. The request does the same for an address that has one
   * already, and takes as long (OWASP ASVS 5.0 V6.3.8); the mail says the truth.
   */
  private async registerSilently(
    { email, password, full_name, locale }: RegisterDto,
    by: Actor,
  ): Promise<void> {
    await this.mails.mail(email, by);
    await this.passwords.demand('password', password, { email, fullName: full_name }, by);
    const data = {
      full_name,
      locale: locale ?? null,
      password_hash: await this.hasher.hash(password, by.ip),
    };
    const address = normaliseEmail(email);
    await this.commands.run(by, [], async (command) => {
      await command.demandCaller();
      const { id } = await this.tokens.issueWithin(command.run, { purpose: 'register', address, data });
      await command.mail({
        kind: 'registration',
        address,
        language: locale ?? by.language,
        data: { token_id: id },
      });
    });
  }
}
