export { JwtStrategy } from './jwt.strategy.js';
export { VerifierException } from './verifier.exception.js';
export { type VerifierAsyncOptions, VerifierModule } from './verifier.module.js';
