import { type CanActivate, Injectable } from '@nestjs/common';

/** Allows every request: the cost of a guard in NestJS without any check. */
@Injectable()
export class DoNothingGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}
