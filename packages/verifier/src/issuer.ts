import type { JSONWebKeySet } from 'jose';
import type { Answer, HttpClient } from './http-client.js';
import { IssuerError, MisconfigurationError } from './issuer-error.js';
import { isNumber, isObject, isText, type JsonObject } from './json.js';
import type { Settings } from './options.js';

interface Metadata {
  readonly introspectionEndpoint: string;
  /** Missing where tokens are signed with a shared secret. */
  readonly jwksUri?: string;
}

export interface FeedConfiguration {
  readonly pollEndpoint: string;
  readonly accessTokenLifetimeMs: number;
}

const MAX_METADATA_BYTES = 64 * 1024;
const MAX_KEYS = 100;

/** Everything that is asked of the issuer, with the credentials of the client. */
export class Issuer {
  private known: Promise<Metadata> | undefined;
  private readonly authorization: string;

  constructor(
    private readonly settings: Settings,
    private readonly http: HttpClient,
  ) {
    // RFC 6749 §2.3.1: both are form-encoded before they are joined.
    const pair = [settings.clientId, settings.clientSecret].map(encodeURIComponent).join(':');
    this.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  }

  /**
   * RFC 8414, read once.
   *
   * @throws IssuerError when it cannot be read now
   * @throws MisconfigurationError when it belongs to another issuer
   */
  metadata(): Promise<Metadata> {
    this.known ??= this.readMetadata().catch((error: unknown) => {
      this.known = undefined;
      throw error;
    });
    return this.known;
  }

  /** @throws IssuerError */
  async keys(): Promise<JSONWebKeySet> {
    const { jwksUri } = await this.metadata();
    if (jwksUri === undefined) throw withoutKeys();
    const { keys } = await this.get(jwksUri);
    if (!Array.isArray(keys) || keys.length > MAX_KEYS) throw new IssuerError('jwks_uri: no JWK Set');
    return { keys: keys.filter(isObject) };
  }

  /**
   * The configuration of the feed, which the Shared Signals Framework defines.
   *
   * @throws IssuerError
   */
  async feedConfiguration(): Promise<FeedConfiguration> {
    const { jwksUri } = await this.metadata();
    if (jwksUri === undefined) throw withoutKeys();
    const found = await this.documentOf('ssf-configuration');
    const { access_token_lifetime: lifetime } = found;
    if (!isNumber(lifetime) || lifetime <= 0) throw new IssuerError('ssf-configuration: no lifetime');
    return { pollEndpoint: this.endpoint(found, 'poll_endpoint'), accessTokenLifetimeMs: lifetime * 1000 };
  }

  /** Sends JSON with the credentials. @throws IssuerError for every answer but an object with 200 */
  async postJson(url: string, body: object, timeoutMs: number, maxBytes: number): Promise<JsonObject> {
    return this.post(url, 'application/json', JSON.stringify(body), timeoutMs, maxBytes);
  }

  /** Sends a form with the credentials. @throws IssuerError for every answer but an object with 200 */
  async postForm(url: string, form: Record<string, string>, timeoutMs: number): Promise<JsonObject> {
    const body = new URLSearchParams(form).toString();
    return this.post(url, 'application/x-www-form-urlencoded', body, timeoutMs, MAX_METADATA_BYTES);
  }

  private async readMetadata(): Promise<Metadata> {
    const found = await this.documentOf('oauth-authorization-server');
    return {
      introspectionEndpoint: this.endpoint(found, 'introspection_endpoint'),
      ...(found['jwks_uri'] === undefined ? {} : { jwksUri: this.endpoint(found, 'jwks_uri') }),
    };
  }

  private async documentOf(name: string): Promise<JsonObject> {
    const { issuer, url } = this.settings;
    const document = await this.get(`${url}/.well-known/${name}`);
    if (document['issuer'] !== issuer) throw foreign(document['issuer'], issuer);
    return document;
  }

  private async get(url: string): Promise<JsonObject> {
    const limits = { timeoutMs: this.settings.requestTimeoutMs, maxBytes: MAX_METADATA_BYTES };
    const answer = await this.http.request(url, { headers: { accept: 'application/json' } }, limits);
    return objectOf(url, answer);
  }

  private async post(url: string, type: string, body: string, timeoutMs: number, maxBytes: number) {
    const headers = {
      authorization: this.authorization,
      'content-type': type,
      accept: 'application/json',
    };
    const answer = await this.http.request(url, { method: 'POST', headers, body }, { timeoutMs, maxBytes });
    return objectOf(url, answer);
  }

  /**
   * The credentials go there, so it is never less protected than the issuer's own URL. Below that URL it is reached by the option `url`, as
   * far as that is given.
   */
  private endpoint(metadata: JsonObject, name: string): string {
    const url = metadata[name];
    if (!isText(url) || !URL.canParse(url)) throw new IssuerError(`the metadata have no ${name}`);
    const { protocol } = new URL(url);
    if (protocol !== 'https:' && protocol !== new URL(this.settings.issuer).protocol) {
      throw new MisconfigurationError(`${name} is not protected by TLS`);
    }
    const { issuer, url: reached } = this.settings;
    return url.startsWith(`${issuer}/`) ? reached + url.slice(issuer.length) : url;
  }
}

function objectOf(url: string, { status, body }: Answer): JsonObject {
  const { pathname } = new URL(url);
  if (status === 401) throw new IssuerError(`${pathname}: the credentials of the client are refused`);
  if (status === 403)
    throw new IssuerError(`${pathname}: the client is not registered for this (see its scopes)`);
  if (status !== 200) throw new IssuerError(`${pathname}: status ${status}`);
  if (!isObject(body)) throw new IssuerError(`${pathname}: the answer is no JSON object`);
  return body;
}

const foreign = (found: unknown, issuer: string) =>
  new MisconfigurationError(
    `the metadata belong to another issuer: ${JSON.stringify(found)}, not "${issuer}"`,
  );

const withoutKeys = () =>
  new MisconfigurationError(
    'the issuer signs with a shared secret (HS256) and has no feed: use mode introspect, or set SIGNING_KEYS_FILE on the service',
  );
