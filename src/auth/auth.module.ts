import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { KeysModule } from '../keys/keys.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { AttemptLimits } from './attempt-limits.js';
import { AuthController } from './auth.controller.js';
import { AuthMetrics } from './auth-metrics.js';
import { AuthService } from './auth.service.js';
import { CurrentPassword } from './current-password.service.js';
import { DeviceTokens } from './device-tokens.js';
import { GatewayCheckController } from './gateway-check.controller.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import { JwtStrategy } from './jwt.strategy.js';
import { PrimaryGuard } from '../standing/primary.guard.js';
import { SessionTokens } from './session-tokens.service.js';
import { TokenService } from './token.service.js';

@Module({
  imports: [UsersModule, SessionsModule, LimitsModule, PassportModule, JwtModule.register({}), KeysModule],
  controllers: [AuthController, GatewayCheckController],
  providers: [
    AuthService,
    AuthMetrics,
    TokenService,
    SessionTokens,
    DeviceTokens,
    CurrentPassword,
    AttemptLimits,
    JwtStrategy,
    { provide: APP_GUARD, useClass: PrimaryGuard },
    JwtAuthGuard,
    { provide: APP_GUARD, useExisting: JwtAuthGuard },
  ],
  exports: [
    AuthService,
    AttemptLimits,
    CurrentPassword,
    TokenService,
    SessionTokens,
    DeviceTokens,
    JwtAuthGuard,
  ],
})
export class AuthModule {}
