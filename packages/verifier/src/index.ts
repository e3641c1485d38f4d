export { createVerifier } from './create-verifier.js';
export { IssuerError, MisconfigurationError } from './issuer-error.js';
export type { VerifierOptions } from './options.js';
export type { Principal } from './principal.js';
export type { Revocation, RevocationListener } from './revocation-listeners.js';
export { Verifier } from './verifier.js';
export type { VerifierStatus } from './verifier-status.js';
export type { Watch, WatchEnd, WatchListeners } from './watches.js';
export { type Problem, VerifierError, type VerifierErrorCode } from './verifier-error.js';
