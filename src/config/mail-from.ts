import { isEmail } from 'class-validator';
import { ConfigurationError } from './configuration.error.js';

/** Who sends the mails. */
export interface Mailbox {
  /** Empty without one. */
  readonly name: string;
  readonly address: string;
}

const MAX_NAME_LENGTH = 100;
/** Of ASCII, because not every mail server takes another sender. `localhost` has no top-level domain. */
const RULE = { require_tld: false, allow_utf8_local_part: false };

/**
 * Reads `Name <address>` or an address alone.
 * @throws ConfigurationError for anything else
 */
export function parseMailFrom(text: string): Mailbox {
  const [, quoted, plain, inBrackets, alone] =
    /^\s*(?:(?:"([^"<>]*)"|([^"<>]*?))\s*<([^<>]+)>|([^<>\s]+))\s*$/.exec(text) ?? [];
  const name = quoted ?? plain ?? '';
  const address = inBrackets ?? alone ?? '';
  if (!isEmail(address, RULE) || name.length > MAX_NAME_LENGTH || /\p{C}/u.test(name))
    throw new ConfigurationError(['MAIL_FROM must be an address, or a name and an address: Name <address>']);
  return { name, address };
}
