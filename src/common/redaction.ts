/** Members whose values no log line shows, down to the third level of an object. */
const SECRET_MEMBERS = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'current_password',
  'new_password',
  'passwordHash',
  'password_hash',
  'token',
  'access_token',
  'refresh_token',
  'secret',
  'client_secret',
];

const JWT = /eyJ[\w-]+(\.[\w-]*)*/g;
const BEARER = /\b(bearer|basic)\s+[\w.~+/=-]+/gi;
const CLIENT_SECRET = /ergodrive_secret_[\w-]+/g;
const URL_CREDENTIALS = /:\/\/[^\s/@]*@/g;

/** pino's paths of redaction. */
export const REDACTED_PATHS = ['', '*', '*.*'].flatMap((parent) =>
  SECRET_MEMBERS.map((name) => (name.includes('-') ? `${parent}["${name}"]` : joined(parent, name))),
);

/** The text without tokens, credentials of HTTP and credentials of URLs. */
export function withoutSecrets(text: string): string {
  return text
    .replace(JWT, '[token]')
    .replace(BEARER, '$1 [credentials]')
    .replace(CLIENT_SECRET, '[secret]')
    .replace(URL_CREDENTIALS, '://[credentials]@');
}

/** An error as a log line shows it. Its other members stay out: those of TypeORM hold the statement's parameters. */
export function serializeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: withoutSecrets(String(error)) };
  const { name, message, stack, code } = error as Error & { code?: unknown };
  return {
    type: name,
    message: withoutSecrets(message),
    code: typeof code === 'string' ? code : undefined,
    stack: stack === undefined ? undefined : withoutSecrets(stack),
  };
}

function joined(parent: string, name: string): string {
  return parent === '' ? name : `${parent}.${name}`;
}
