import { IsIn, IsOptional, IsString } from 'class-validator';
import { IntegerBetween, TrueOrFalse } from './environment.rules.js';
import { TracingEnvironment } from './tracing-environment.js';

export const REGISTRATION_MODES = ['open', 'invite', 'closed'] as const;
export type RegistrationMode = (typeof REGISTRATION_MODES)[number];

/** Who gets an account, what proves an address, and how long one-time tokens hold. */
export class AccountsEnvironment extends TracingEnvironment {
  @IsIn(REGISTRATION_MODES, { message: `must be one of ${REGISTRATION_MODES.join(', ')}` })
  REGISTRATION: RegistrationMode = 'open';

  /** Domains of addresses that people choose themselves, with commas between. */
  @IsOptional()
  @IsString()
  REGISTRATION_DOMAINS?: string;

  /** Whether the answer to a registration hides which addresses have an account. */
  @TrueOrFalse()
  REGISTRATION_SILENT: boolean = false;

  /** Whether an account logs in only after its address was proved. */
  @TrueOrFalse()
  REQUIRE_VERIFIED_EMAIL: boolean = false;

  /** Of what is asked for and used at once: a new password, the proof of an address. */
  @IntegerBetween(1, 1440)
  ONE_TIME_TOKEN_MINUTES: number = 10;

  /** Of what waits in a mailbox: invitations, the undo of a changed address, the link of a notice. */
  @IntegerBetween(1, 60)
  ONE_TIME_TOKEN_DAYS: number = 7;

  /** From the request to delete an account to its erasure; 0 for at once. */
  @IntegerBetween(0, 60)
  DELETION_GRACE_DAYS: number = 0;

  /** Mails about events of an account, with commas between; `none` for none. */
  @IsOptional()
  @IsString()
  NOTICES?: string;
}
