import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor.js';
import { isDatabaseOutage } from '../common/database-errors.js';
import { LiveUserReader } from '../sessions/live-user.reader.js';
import type { TokenSession } from '../sessions/session.entity.js';
import type { TokensDto } from './auth.dto.js';
import { DeviceTokens } from './device-tokens.js';
import { TokenService } from './token.service.js';

/** A random UUID in 22 characters instead of 36: the id of a revoked token is a key on Redis, and a short key saves memory. */
const newTokenId = (): string => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');

/** What a login gives. */
export interface OpenedSession {
  readonly tokens: TokensDto;
  /** For the next login on this device. */
  readonly deviceToken: string;
}

/** What a client gets for a session. */
@Injectable()
export class SessionTokens {
  constructor(
    private readonly reader: LiveUserReader,
    private readonly tokens: TokenService,
    private readonly devices: DeviceTokens,
  ) {}

  /** For a session that was just opened. @param passwordHash that is stored now */
  async ofOpened(
    session: TokenSession,
    email: string,
    passwordHash: string,
    by: Actor,
  ): Promise<OpenedSession> {
    await this.warmUp(session.userId, by);
    const tokens = this.issue(session, session.rotatedAt);
    return { tokens, deviceToken: this.devices.issue(email, passwordHash) };
  }

  /** @param at the time of the login or refresh by the database's clock */
  issue(session: TokenSession, at: Date): TokensDto {
    const { token, expiresIn } = this.tokens.signAccess(session, newTokenId(), at);
    return {
      access_token: token,
      refresh_token: this.tokens.signRefresh(session),
      token_type: 'bearer',
      expires_in: expiresIn,
    };
  }

  /**
   * Reads the account into the cache, so that the first request after the login finds it there. A database outage is
   * ignored: the login has succeeded without the entry.
   */
  private async warmUp(userId: string, { redisWaits }: Actor): Promise<void> {
    try {
      await this.reader.read(userId, redisWaits);
    } catch (error) {
      if (!isDatabaseOutage(error)) throw error;
    }
  }
}
