import { applyDecorators, UseFilters, UseGuards } from '@nestjs/common';
import { VerifierAuthGuard } from './verifier-auth.guard.js';
import { VerifierExceptionFilter } from './verifier-exception.filter.js';

/** Protects a WebSocket gateway, a controller of a microservice, or where the guard is not global, any class or handler. */
export const UseVerifier = (): ClassDecorator & MethodDecorator =>
  applyDecorators(UseGuards(VerifierAuthGuard), UseFilters(VerifierExceptionFilter));
