const NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Reads `name=value,other=value`, as variables of OpenTelemetry have it: values are percent-encoded.
 * @returns `undefined` for another text
 */
export function pairsOf(text: string): Record<string, string> | undefined {
  const pairs: Record<string, string> = {};
  for (const part of text.split(',')) {
    const [name = '', value, ...more] = part.split('=').map((side) => side.trim());
    if (!NAME.test(name) || value === undefined || more.length > 0) return undefined;
    try {
      pairs[decodeURIComponent(name)] = decodeURIComponent(value);
    } catch {
      return undefined;
    }
  }
  return pairs;
}
