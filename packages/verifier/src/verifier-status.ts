/** The state of a verifier, for health checks, metrics and tests. */
export interface VerifierStatus {
  mode: 'feed' | 'introspect';
  /** Whether tokens can be accepted without asking the issuer. */
  fresh: boolean;
  /** Milliseconds since which a revocation can be missing; `null` when the feed was not read yet. */
  stalenessMs: number | null;
  /** Revoked sessions and users, and users who changed, of one token life. */
  revocations: number;
  /** What they take in memory, at most; not much more than `maxRevocationBytes`. */
  revocationBytes: number;
  /** Verified tokens that are remembered. */
  tokens: number;
  /** Requests for introspection since the start. */
  introspections: number;
  /** How often the feed had to be read anew, the start included. */
  restarts: number;
  /** Tokens of open connections and streams. */
  watches: number;
}
