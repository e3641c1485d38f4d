import { Transform } from 'class-transformer';
import { ValidateIf } from 'class-validator';

/** Cuts outer space off text; anything else is left for the validator to refuse. */
export const Trim = () =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));

/** Absent is fine, `null` is not: it would mean to erase. */
export const IsAbsentOr = () => ValidateIf((_, value) => value !== undefined);
