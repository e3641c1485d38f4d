import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { TokenService } from '../../../src/auth/token.service.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { DatabaseClock } from '../../../src/database/database-clock.js';
import { ProblemError } from '../../../src/http/problem.error.js';
import { SigningKeys } from '../../../src/keys/signing-keys.js';
import type { TokenSession } from '../../../src/sessions/session.entity.js';

const DAY_MS = 86_400_000;

/** The service of an instance with these variables. */
export function tokenService(variables: Readonly<Record<string, string>>): TokenService {
  const config = loadConfig(variables);
  const jwtService = new JwtService();
  return new TokenService(jwtService, new SigningKeys(jwtService, config), new DatabaseClock(), config);
}

/** A session that was opened yesterday and refreshed now. */
export const sessionAt = (now: Date): TokenSession => ({
  id: randomUUID(),
  userId: randomUUID(),
  role: 'researcher',
  clientId: null,
  refreshJti: randomUUID(),
  createdAt: new Date(now.getTime() - DAY_MS),
  rotatedAt: now,
  expiresAt: new Date(now.getTime() + 7 * DAY_MS),
});

/** The stable code of the refusal, or `accepted`. */
export function outcome(check: () => unknown): string {
  try {
    check();
    return 'accepted';
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.code;
    throw error;
  }
}
