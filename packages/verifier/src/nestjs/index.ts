export { JwtStrategy } from './jwt.strategy.js';
export { VerifierAuthGuard } from './verifier-auth.guard.js';
export { VerifierException } from './verifier.exception.js';
export { type VerifierAsyncOptions, VerifierModule } from './verifier.module.js';
