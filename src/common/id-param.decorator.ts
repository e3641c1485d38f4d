import { Param, ParseUUIDPipe } from '@nestjs/common';
import { Problems } from './problem.error.js';

/** The `:id` of the path. What is no UUID names nothing: 404, like an id that nobody has. */
export const IdParam = () =>
  Param('id', new ParseUUIDPipe({ exceptionFactory: () => Problems.notFound('Not found') }));
