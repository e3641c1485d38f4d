import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { canonicalLocale } from '../common/canonical-locale.js';
import { IsAbsentOr } from './dto.decorators.js';

const MAX_LENGTH = 35;

/** Documents a member of a body that is a language. */
export const ApiLocale = () =>
  ApiPropertyOptional({
    description: 'The language of mails to this person: a BCP 47 tag',
    maxLength: MAX_LENGTH,
    example: 'de',
  });

/** Accepts a BCP 47 language tag of at most 35 characters (RFC 5646 §4.4.1), and makes it canonical. */
export const IsLocale = (): PropertyDecorator => (target, member) => {
  Transform(({ value }: { value: unknown }) => (isTag(value) ? canonicalLocale(value) : value))(
    target,
    member,
  );
  ValidateBy({ name: 'isLocale', validator: { validate: isTag } })(target, member);
  IsAbsentOr()(target, member);
};

const isTag = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_LENGTH && canonicalLocale(value) !== undefined;
