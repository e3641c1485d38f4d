/** The environment of a Node.js process whose wall clock is wrong. @param skewMs how far it is ahead */
export function skewedClock(skewMs: number): Record<string, string> {
  const preload = new URL('./skewed-date.preload.mjs', import.meta.url).href;
  return { NODE_OPTIONS: `--import=${preload}`, CLOCK_SKEW_MS: String(skewMs) };
}
