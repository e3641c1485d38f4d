import type { AppConfig } from '../config/app-config.js';

/**
 * The address of a page, with a token after `#`: browsers send that part to no server, so that no log and no `Referer` has it.
 * @param path without a slash at its beginning
 */
export function publicLink({ mail }: Pick<AppConfig, 'mail'>, path: string, token?: string): string {
  return `${mail.publicUrl}/${path}${token === undefined ? '' : `#token=${token}`}`;
}
