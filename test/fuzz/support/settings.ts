/** What `npm run test:fuzz -- --seed N --runs N` passes on; another seed each time by default. */
export const SEED = numberOf('FUZZ_SEED', Math.floor(Math.random() * 2 ** 31));
export const RUNS = numberOf('FUZZ_RUNS', 500);

function numberOf(name: string, fallback: number): number {
  const text = process.env[name];
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`${name} must be a whole number`);
  return value;
}
