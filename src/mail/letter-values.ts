import type { Letter } from './mail-kind.js';

const MAX_LENGTH = 200;
/** A name that mail programs could show as a link: strangers choose names. */
const LIKE_A_LINK = /[/\\@:]|www\.|\.\p{L}{2}/iu;

/** Units of a duration, in milliseconds, and how many of one there must be for it to be used. */
const UNITS = [
  ['day', 86_400_000, 3],
  ['hour', 3_600_000, 2],
] as const;
const MINUTE = ['minute', 60_000, 1] as const;

/**
 * What stands in the place of the placeholders, in the reader's language: the values of the letter without characters that steer, the time
 * in words, and what every mail knows. A name that looks like a link is left out.
 */
export function letterValues(
  { to, values, expiresAt }: Letter,
  { language, service, now }: { language: string; service: string; now: Date },
): Record<string, string> {
  const { name, time, ...others } = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, plain(value)]),
  );
  return {
    ...others,
    ...(name && !LIKE_A_LINK.test(name) && { name }),
    ...(time && { time: timeInWords(time, language) }),
    service: plain(service),
    address: plain(to),
    validity: duration(expiresAt.getTime() - now.getTime(), language),
  };
}

function timeInWords(time: string, language: string): string {
  const format = new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  return `${format.format(new Date(time))} (UTC)`;
}

function duration(milliseconds: number, language: string): string {
  const [unit, length] = UNITS.find(([, each, least]) => milliseconds >= each * least) ?? MINUTE;
  const count = Math.max(1, Math.round(milliseconds / length));
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}

/** One line, without control and format characters, such as those that reverse the direction of a text. */
function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, MAX_LENGTH);
}
