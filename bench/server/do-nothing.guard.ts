import { type CanActivate, Injectable } from '@nestjs/common';

/** The framework's floor: what a guard costs that checks nothing. */
@Injectable()
export class DoNothingGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}
