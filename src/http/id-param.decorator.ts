import { Param, ParseUUIDPipe } from '@nestjs/common';
import { Problems } from './problem.error.js';

/** The `:id` of the path, or another id of it. One that is not a UUID gets 404, like an id that does not exist. */
export const IdParam = (name = 'id') =>
  Param(name, new ParseUUIDPipe({ exceptionFactory: () => Problems.notFound() }));
