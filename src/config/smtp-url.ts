import { ConfigurationError } from './configuration.error.js';

/** A mail server, and how it is reached. */
export interface SmtpTarget {
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte, `starttls` before anything else is sent, or `plain` text. */
  readonly security: 'tls' | 'starttls' | 'plain';
  readonly login: { readonly user: string; readonly pass: string } | undefined;
}

/** The option that permits a connection without encryption. */
const PLAIN = '?tls=off';

/**
 * Reads `smtp://[user:password@]host[:port]`, which demands STARTTLS, or `smtps://…` for TLS from the first byte. `?tls=off` at the end
 * of an `smtp://` URL without a login permits plain text.
 * @throws ConfigurationError for anything else; its message holds no part of the URL
 */
export function parseSmtpUrl(text: string): SmtpTarget {
  const url = urlOf(text);
  const isTls = url.protocol === 'smtps:';
  const login = loginOf(url);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (isTls ? 465 : 587)),
    security: isTls ? 'tls' : url.search === PLAIN ? demandNoLogin(login) : 'starttls',
    login,
  };
}

/** @throws ConfigurationError where the URL has a part that would have no effect */
function urlOf(text: string): URL {
  if (!/^smtps?:\/\/[^/?#]/.test(text) || !URL.canParse(text))
    throw rule('must be an smtp:// or smtps:// URL');
  const url = new URL(text);
  if (!/^\/?$/.test(url.pathname + url.hash)) throw rule('must end after the host and the port');
  if (url.search !== '' && url.search !== PLAIN) throw rule(`knows no option but ${PLAIN}`);
  if (url.search !== '' && url.protocol === 'smtps:')
    throw rule(`asks for TLS by smtps:// and turns it off by ${PLAIN}`);
  return url;
}

function demandNoLogin(login: SmtpTarget['login']): 'plain' {
  if (login === undefined) return 'plain';
  throw rule(`must have no login with ${PLAIN}: a password needs an encrypted connection`);
}

function loginOf({ username, password }: URL): SmtpTarget['login'] {
  if (username === '' && password === '') return undefined;
  if (username === '' || password === '')
    throw rule('must have both a user name and a password, or none of them');
  try {
    return { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  } catch {
    throw rule('has a user name or password that is not percent-encoded');
  }
}

const rule = (words: string): ConfigurationError => new ConfigurationError([`SMTP_URL ${words}`]);
