import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';

const ONE_LINE = /^\P{Cc}*$/u;

/** Removes white space at both ends of a string. Other values are unchanged: the validator refuses them. */
export const Trim = () =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));

/** Skips validation when the field is absent. `null` is validated, and refused: no field can be cleared. */
export const IsAbsentOr = () => ValidateIf((_, value) => value !== undefined);

/** Refuses control characters (Unicode category Cc), such as line breaks, in a text that is one line. */
export const IsOneLine = () =>
  ValidateBy({
    name: 'isOneLine',
    validator: { validate: (value) => typeof value === 'string' && ONE_LINE.test(value) },
  });
