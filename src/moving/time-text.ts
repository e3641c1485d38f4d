const FORM =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)? ?(?:Z|([+-]\d\d)(?::?(\d\d))?)?$/;
const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];
const MICROSECOND_DIGITS = 6;

/**
 * A time as ISO 8601 and PostgreSQL write it, in UTC and with microseconds, which a `Date` does not keep. Without an offset it is UTC.
 * @returns `undefined` for another text, and for a day that is not in the calendar
 */
export function utcTimeOf(text: string): { readonly text: string; readonly epochMs: number } | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part: string | undefined) => Number(part ?? 0));
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const read = [local.getUTCMonth() + 1, local.getUTCDate(), local.getUTCHours(), local.getUTCMinutes()];
  if (read.join() !== [month, day, hour, minute].join()) return undefined;
  const epochMs = local.getTime() - offsetMs(match[8], match[9]);
  return { text: `${new Date(epochMs).toISOString().slice(0, 19)}.${microsecondsOf(match[7])}Z`, epochMs };
}

function offsetMs(hours = '0', minutes = '0'): number {
  const distance = Math.abs(Number(hours)) * HOUR_MS + Number(minutes) * MINUTE_MS;
  return hours.startsWith('-') ? -distance : distance;
}

const microsecondsOf = (fraction = ''): string =>
  fraction.padEnd(MICROSECOND_DIGITS, '0').slice(0, MICROSECOND_DIGITS);
