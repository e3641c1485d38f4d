import { IsOptional, IsString } from 'class-validator';
import { AccountsEnvironment } from './accounts-environment.js';
import { IsHttpUrl } from './environment.rules.js';

/** The variables of mail. */
export class MailEnvironment extends AccountsEnvironment {
  /** The mail server that takes the mails of this service. */
  @IsOptional()
  @IsString()
  SMTP_URL?: string;

  @IsOptional()
  @IsString()
  SMTP_URL_FILE?: string;

  /** PEM file with the authorities of the mail server's certificate. Absent: those of Node.js. */
  @IsOptional()
  @IsString()
  SMTP_TLS_CA_FILE?: string;

  /** `Name <address>`, or an address alone. */
  @IsOptional()
  @IsString()
  MAIL_FROM?: string;

  /** Where people open the links of mails. Absent: `ISSUER_URL`. */
  @IsOptional()
  @IsHttpUrl()
  PUBLIC_URL?: string;

  /** A folder with files such as `fr.json`, which replace texts of mails or add a language. */
  @IsOptional()
  @IsString()
  MAIL_CATALOGS_DIR?: string;
}
