/** @returns the value if it is a text that is not empty */
export const textIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** @returns a text or a number as a text, and nothing of another value */
export const plainText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** @returns the members of an object, also of one that is written as JSON; no members for anything else */
export function membersIn(value: unknown): Readonly<Record<string, unknown>> {
  const object = typeof value === 'string' ? parsed(value) : value;
  return typeof object === 'object' && object !== null && !Array.isArray(object)
    ? (object as Record<string, unknown>)
    : {};
}

/** Also as PostgreSQL and SQLite write it in CSV. */
export const isTrue = (value: unknown): boolean =>
  value === true || value === 1 || (typeof value === 'string' && /^(true|t|1)$/i.test(value));

export const isFalse = (value: unknown): boolean =>
  value === false || value === 0 || (typeof value === 'string' && /^(false|f|0)$/i.test(value));

export const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** @param value milliseconds since 1970, as a number or its text @returns an ISO 8601 time, or the value where it is no such number */
export function timeOfMilliseconds(value: unknown): unknown {
  const milliseconds = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof milliseconds !== 'number' || Math.abs(milliseconds) > 8.64e15) return value;
  return new Date(milliseconds).toISOString();
}

/** First and last name, where there are any. */
export const joinedName = (...parts: unknown[]): string | undefined =>
  parts
    .map(textIn)
    .filter((part) => part !== undefined)
    .join(' ')
    .trim() || undefined;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
