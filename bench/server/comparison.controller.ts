import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { AuthGuard } from '@nestjs/passport';
import { Public } from '../../src/http/request-context.decorators.js';
import type { UserDto } from '../../src/users/user.dto.js';
import { benchUser, expectedBody } from '../population/bench-user.js';
import { DATABASE_STRATEGY } from './database.strategy.js';
import { DoNothingGuard } from './do-nothing.guard.js';
import { TUTORIAL_STRATEGY } from './tutorial.strategy.js';

export const sample = JSON.parse(expectedBody(benchUser(0))) as UserDto;

/** Comparison routes for `GET /api/v1/users/me`: the same handler behind other guards. */
@ApiExcludeController()
@Public()
@Controller('bench')
export class ComparisonController {
  @Get('open')
  open(): UserDto {
    return toUserDto(sample);
  }

  @Get('guarded')
  @UseGuards(DoNothingGuard)
  guarded(): UserDto {
    return toUserDto(sample);
  }

  @Get('tutorial')
  @UseGuards(AuthGuard(TUTORIAL_STRATEGY))
  tutorial(@Req() { user }: { user: UserDto }): UserDto {
    return toUserDto(user);
  }

  @Get('database')
  @UseGuards(AuthGuard(DATABASE_STRATEGY))
  database(@Req() { user }: { user: UserDto }): UserDto {
    return toUserDto(user);
  }
}

export function toUserDto({
  id,
  email,
  email_verified,
  full_name,
  role,
  is_active,
  locale,
  created_at,
  updated_at,
}: UserDto): UserDto {
  return { id, email, email_verified, full_name, role, is_active, locale, created_at, updated_at };
}
