import { Param, type PipeTransform } from '@nestjs/common';
import { Problems } from '../http/problem.error.js';

/** Needs no encoding in HTTP Basic (RFC 6749 §2.3.1), in a path, or in a log line. */
const CLIENT_ID = /^[a-z\d][a-z\d._-]{0,99}$/;

/** Whether a text can be a `client_id`: a UUID, which the service makes for a client of the API, or an id that a person chose. */
export const isClientId = (text: string): boolean => CLIENT_ID.test(text);

const existing: PipeTransform<string> = {
  transform(id) {
    if (!isClientId(id)) throw Problems.notFound('Client not found');
    return id;
  },
};

/** The `:id` of the path. A text that cannot be a `client_id` gets the 404 of an unknown client. */
export const ClientIdParam = () => Param('id', existing);
