import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';
import { MailEnvironment } from './mail-environment.js';

/** The pages `/account` and `/admin`, and how they look. */
export class ConsoleEnvironment extends MailEnvironment {
  /** Absent: off in production, on elsewhere. */
  @IsOptional()
  @IsIn(['on', 'off'], { message: 'must be on or off' })
  CONSOLE?: 'on' | 'off';

  /** Absent: the name of `MAIL_FROM`, or `APP_NAME`. */
  @IsOptional()
  @IsString()
  @Length(1, 60, { message: 'must have 1 to 60 characters' })
  CONSOLE_NAME?: string;

  /** A picture, as a path. */
  @IsOptional()
  @IsString()
  CONSOLE_LOGO?: string;

  @Matches(/^#[0-9a-fA-F]{6}$/, { message: 'must be a colour such as #1d4ed8' })
  CONSOLE_COLOR: string = '#1d4ed8';
}
