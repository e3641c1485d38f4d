/** The canonical form of a BCP 47 language tag, or `undefined` for a text that is none. */
export function canonicalLocale(text: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(text)[0];
  } catch {
    return undefined;
  }
}
