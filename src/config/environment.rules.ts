import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsInt, Max, Min, ValidateBy } from 'class-validator';

const WHOLE = { message: 'must be a whole number' };

/** An integer variable with bounds; the message names the rule and never the value. */
export function IntegerBetween(min: number, max: number): PropertyDecorator {
  return (target, property) => {
    Type(() => Number)(target, property);
    IsInt(WHOLE)(target, property);
    Min(min, { message: `must be at least ${min}` })(target, property);
    Max(max, { message: `must be at most ${max}` })(target, property);
  };
}

/** An address that `fetch` accepts and that a path can be appended to. */
export function IsHttpUrl(): PropertyDecorator {
  const isHttpUrl = (text: unknown) =>
    /^https?:\/\/[^\s@?#]+$/.test(String(text)) && URL.canParse(String(text));
  return ValidateBy({
    name: 'isHttpUrl',
    validator: {
      validate: isHttpUrl,
      defaultMessage: () => 'must be an http:// or https:// URL without user name, query and fragment',
    },
  });
}

/** A variable that is `true` or `false`. */
export function TrueOrFalse(): PropertyDecorator {
  return (target, property) => {
    Transform(({ value }: { value: unknown }) =>
      value === 'true' || value === 'false' ? value === 'true' : value,
    )(target, property);
    IsBoolean({ message: 'must be true or false' })(target, property);
  };
}
