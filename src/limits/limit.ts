/** How often something may be tried. */
export interface Limit {
  /** In keys and in the `RateLimit` headers: lower case letters, digits and hyphens. */
  readonly name: string;
  /** Attempts in one window. The window begins with the first of them. */
  readonly attempts: number;
}

/** Of every limit. */
export const WINDOW_SECONDS = 900;

/** Why an attempt may not be made now. */
export interface Refusal {
  readonly limit: Limit;
  /** Whole seconds until the window ends, at least 1. */
  readonly retryAfterSeconds: number;
}

/** The headers of a refusal (RFC 9110 §10.2.3, draft-ietf-httpapi-ratelimit-headers-10). */
export function refusalHeaders({ limit, retryAfterSeconds }: Refusal): Record<string, string> {
  return {
    'retry-after': String(retryAfterSeconds),
    'ratelimit-policy': `"${limit.name}";q=${limit.attempts};w=${WINDOW_SECONDS}`,
    ratelimit: `"${limit.name}";r=0;t=${retryAfterSeconds}`,
  };
}
