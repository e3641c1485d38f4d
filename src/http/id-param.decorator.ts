import { Param, ParseUUIDPipe } from '@nestjs/common';
import { Problems } from './problem.error.js';

/** The `:id` of the path. An id that is not a UUID gets 404, like an id that does not exist. */
export const IdParam = () => Param('id', new ParseUUIDPipe({ exceptionFactory: () => Problems.notFound() }));
