const MAX_HEADER = 200;

/** The canonical form of a BCP 47 language tag, or `undefined` for a text that is none. */
export function canonicalLocale(text: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(text)[0];
  } catch {
    return undefined;
  }
}

/** The first of the most preferred languages of an `Accept-Language` header (RFC 9110 §12.5.4), or `null`. */
export function preferredLanguage(header: string | undefined): string | null {
  const ranges = (header ?? '').slice(0, MAX_HEADER).split(',').map(parseRange);
  const best = ranges.reduce((one, other) => (other.weight > one.weight ? other : one));
  return best.weight > 0 ? (canonicalLocale(best.tag) ?? null) : null;
}

function parseRange(range: string): { tag: string; weight: number } {
  const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
  return { tag, weight: tag === '' || tag === '*' ? 0 : Number(weight) || 0 };
}
