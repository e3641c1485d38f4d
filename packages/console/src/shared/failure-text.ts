import type { Failure } from './call.js';
import { t, textOf, time } from './language.js';

/**
 * What a person reads of a failed request. The text is chosen by the code; the answer's own words are never shown.
 *
 * @param isMarked whether a field shows what is wrong with it
 */
export function failureText({ code, retryAt }: Failure, isMarked = false): string {
  if (code === 'too_many_requests' && retryAt !== undefined)
    return t('problem.too_many_requests_until', { time: time(retryAt) });
  if (code === 'validation_failed' && isMarked) return t('problem.validation_marked');
  return textOf(`problem.${code}`, 'problem.unknown');
}

/** What is wrong with a field, or `undefined`. */
export function fieldText(failure: Failure | undefined, field: string): string | undefined {
  const error = failure?.errors.find((one) => one.field === field);
  if (error === undefined) return undefined;
  const { code, min = '', max = '', allowed = [] } = error;
  const bounds = min !== '' && max !== '' ? '_between' : '';
  const values = { min, max, allowed: allowed.join(', ') };
  return textOf(`violation.${code}${bounds}`, textKey(code), values);
}

const textKey = (code: string) => `violation.${code}` as 'violation.malformed';

export const reasonText = (reason: string | null | undefined): string =>
  textOf(`reason.${reason ?? 'unknown'}`, 'reason.unknown');
