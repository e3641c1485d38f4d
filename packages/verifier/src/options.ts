import { isText } from './json.js';

export interface VerifierOptions {
  /** The issuer's URL, exactly as its tokens have it in `iss`: `ISSUER_URL` of the service. */
  issuer: string;
  /**
   * Where the issuer is reached, if not at `issuer`: its address within a cluster, for example. All requests go there, so use `https` wherever
   * somebody could listen; default: the issuer.
   */
  url?: string;
  /** The credentials of an OAuth client, which an admin of the service creates. */
  clientId: string;
  clientSecret: string;
  /** `aud` of the tokens; default: the issuer. */
  audience?: string;
  /**
   * How long after its revocation a token may be accepted at most, in milliseconds; default 1000, at least 100.
   * An issuer that does not answer within this time counts as unavailable.
   */
  maxStalenessMs?: number;
  /** `feed` (default): verify locally and follow the revocations. `introspect`: ask the issuer for each token. */
  mode?: 'feed' | 'introspect';
  /** Deadline of each request to the issuer in milliseconds, without the wait of a long poll; default 2000. */
  requestTimeoutMs?: number;
  /** How many verified tokens are remembered, about 2 KB each; default 10 000. */
  maxTokens?: number;
  /**
   * How many bytes revocations and changes may take, 180 each at most; default 64 MiB, at least 1000. When there are more, the oldest are
   * deleted, and tokens from before them are introspected.
   */
  maxRevocationBytes?: number;
  /** Gets each failure towards the issuer or of memory, repeated ones once a minute; default: a line on stderr. */
  onError?: (error: Error) => void;
  /** Replaces `fetch`, for proxies or client certificates. */
  fetch?: typeof fetch;
}

export type Settings = Readonly<Required<VerifierOptions>>;

const MINIMA = { maxStalenessMs: 100, requestTimeoutMs: 100, maxTokens: 1, maxRevocationBytes: 1000 };

const defaultsFor = ({ issuer }: VerifierOptions) => ({
  url: issuer,
  audience: issuer,
  maxStalenessMs: 1000,
  mode: 'feed' as const,
  requestTimeoutMs: 2000,
  maxTokens: 10_000,
  maxRevocationBytes: 64 * 1024 * 1024,
  onError: (error: Error) => console.error(`[@ergodrive/verifier] ${error.message}`),
  fetch: (...request: Parameters<typeof fetch>) => fetch(...request),
});

/** @throws TypeError for an option that cannot work; the message never contains a value */
export function settingsOf(options: VerifierOptions): Settings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const settings = { ...defaultsFor(options), ...Object.fromEntries(given) } as Settings;
  const { mode } = settings;
  for (const name of ['issuer', 'url'] as const) {
    const value = settings[name];
    if (!isText(value) || !/^https?:\/\/.*[^/]$/.test(value) || !URL.canParse(value))
      throw new TypeError(`${name} must be an http(s) URL without a slash at its end`);
  }
  for (const name of ['clientId', 'clientSecret', 'audience'] as const) {
    if (!isText(settings[name])) throw new TypeError(`${name} must be a text that is not empty`);
  }
  if (!['feed', 'introspect'].includes(mode)) throw new TypeError('mode must be feed or introspect');
  for (const [name, minimum] of Object.entries(MINIMA)) {
    const value = settings[name as keyof typeof MINIMA];
    if (!Number.isSafeInteger(value) || value < minimum) {
      throw new TypeError(`${name} must be a whole number, at least ${minimum}`);
    }
  }
  return settings;
}
