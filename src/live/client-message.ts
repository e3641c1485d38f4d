/** What clients may send. */
export type ClientMessage =
  { readonly type: 'ping' } | { readonly type: 'authenticate'; readonly access_token: string };

/** @returns the message, or `undefined` for anything that is none */
export function parseClientMessage(data: string): ClientMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, access_token } = value as Record<string, unknown>;
  if (type === 'ping') return { type };
  if (type === 'authenticate' && typeof access_token === 'string') return { type, access_token };
  return undefined;
}
