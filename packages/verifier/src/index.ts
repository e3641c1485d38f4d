export { IssuerError, MisconfigurationError } from './issuer-error.js';
export type { VerifierOptions } from './options.js';
export type { Principal } from './principal.js';
export { createVerifier, Verifier, type VerifierStatus } from './verifier.js';
export { type Problem, VerifierError, type VerifierErrorCode } from './verifier-error.js';
