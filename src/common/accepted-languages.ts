const TAG = /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$/i;
const MAX_TAGS = 5;
const MAX_LENGTH = 500;

/**
 * The languages of an `Accept-Language` header (RFC 9110 §12.5.4), the most preferred first, with commas between; `null` without any.
 * What is no language tag is left out.
 */
export function acceptedLanguages(header: string | undefined): string | null {
  const weighted = (header ?? '')
    .slice(0, MAX_LENGTH)
    .split(',')
    .map((part) => part.split(';').map((piece) => piece.trim()) as [string, ...string[]])
    .filter(([tag]) => TAG.test(tag))
    .map(([tag, weight]) => ({ tag, weight: Number(/^q=([\d.]+)$/i.exec(weight ?? '')?.[1] ?? 1) }))
    .filter(({ weight }) => weight > 0);
  const tags = weighted.sort((one, other) => other.weight - one.weight).map(({ tag }) => tag);
  return tags.slice(0, MAX_TAGS).join(',') || null;
}
