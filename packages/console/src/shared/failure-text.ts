import type { Failure } from './call.js';
import { t, textOf, time } from './language.js';

/** What a person reads of a failed request. The text is chosen by the code; the answer's own words are never shown. */
export function failureText({ code, errors, retryAt }: Failure): string {
  if (code === 'too_many_requests' && retryAt !== undefined)
    return t('problem.too_many_requests_until', { time: time(retryAt) });
  // A field that the form does not have is named by its code alone.
  if (code === 'validation_failed' && errors.length > 0) return t('problem.validation_failed');
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
