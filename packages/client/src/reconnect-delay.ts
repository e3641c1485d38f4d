/** An instance that ends closes all its channels at one moment. */
const GOING_AWAY = 1001;
const GOING_AWAY_MS = 2000;
const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

/**
 * How long to wait before the next connection: after each failure twice as long, up to a minute, of which the half is random.
 *
 * @param code of the close
 * @param isRefusal the token was refused: with the next token there is nothing to wait for, the first time
 * @param failures since a channel was established
 */
export function reconnectDelayMs(code: number, isRefusal: boolean, failures: number): number {
  if (code === GOING_AWAY && failures === 0) return Math.random() * GOING_AWAY_MS;
  if (isRefusal && failures === 0) return 0;
  return Math.min(FIRST_MS * 2 ** failures, LONGEST_MS) * (0.5 + Math.random() / 2);
}
