import { type Clock, SYSTEM_CLOCK } from './clock.js';
import { settingsOf, type VerifierOptions } from './options.js';
import { Verifier } from './verifier.js';

/**
 * Makes a verifier and begins to follow the feed. It does not wait for the feed: until the feed has caught up, tokens are
 * introspected. An issuer that does not answer is no error here, so that services start in any order.
 *
 * @throws TypeError for options that cannot work
 * @throws MisconfigurationError when the issuer answers, and is another one or has no feed
 */
export function createVerifier(options: VerifierOptions): Promise<Verifier> {
  return createVerifierWithClock(options, SYSTEM_CLOCK);
}

/** For tests. */
export async function createVerifierWithClock(options: VerifierOptions, clock: Clock): Promise<Verifier> {
  const verifier = new Verifier(settingsOf(options), clock);
  await verifier.start();
  return verifier;
}
