import { domainToASCII } from 'node:url';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { ProblemError } from '../http/problem.error.js';
import { normaliseEmail } from './email.js';

/** How somebody gets an account: by oneself, by an invitation, by an admin, or by the configuration of the service. */
export type AccountOrigin = 'registration' | 'invitation' | 'administration' | 'configuration';

/** Decides who gets an account (`REGISTRATION`, `REGISTRATION_DOMAINS`). Every way that makes an account asks it. */
@Injectable()
export class RegistrationGate {
  constructor(private readonly config: AppConfig) {}

  /** @throws ProblemError 403 `registration_closed`, `email_domain_refused` */
  demand(origin: AccountOrigin, email: string): void {
    const { mode } = this.config.registration;
    const isClosed =
      origin === 'registration' ? mode !== 'open' : origin === 'invitation' && mode === 'closed';
    if (isClosed) throw new ProblemError('registration_closed');
    // An admin decides about the addresses of invitations and of accounts.
    if (origin === 'registration') this.demandDomain(email);
  }

  /** Checks an address that a person chooses. @throws ProblemError 403 `email_domain_refused` */
  demandDomain(email: string): void {
    const { domains } = this.config.registration;
    if (domains.length > 0 && !domains.includes(domainOf(email)))
      throw new ProblemError('email_domain_refused');
  }
}

/** In its ASCII form, as the configuration has it. */
const domainOf = (email: string): string => {
  const address = normaliseEmail(email);
  return domainToASCII(address.slice(address.lastIndexOf('@') + 1));
};
