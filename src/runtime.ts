import { setFlagsFromString } from 'node:v8';

/**
 * Settings of V8, to be made before anything runs often.
 *
 * No pretenuring: where many objects of one origin outlive a collection or two, as while a cache fills, V8 creates all later
 * ones in the old generation at once. With objects of requests it guesses wrong, and does not notice: everything that they refer to
 * is kept, too, and each young collection copies it, for 10 ms instead of 1 (ADR 0011).
 */
export function tuneRuntime(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
