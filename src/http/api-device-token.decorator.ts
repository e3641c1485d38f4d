import { applyDecorators, type Type } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import { DEVICE_TOKEN_HEADER } from './request-context.decorators.js';

/** Headers of an answer, for the documentation. */
type HeadersObject = Record<string, { description: string; schema: { type: string } }>;

/** Documents the header of a login's request and answer. @param type the body of the answer @param headers that the answer has too */
export const ApiDeviceToken = (type: Type, headers: HeadersObject = {}) =>
  applyDecorators(
    ApiHeader({
      name: DEVICE_TOKEN_HEADER,
      required: false,
      description:
        'From the last login on this device. An attack on the account then does not lock the device out',
      schema: { type: 'string' },
    }),
    ApiDeviceTokenAnswer(type, 200, headers),
  );

/** Documents the header of an answer that opens a session. @param type and @param headers as for {@link ApiDeviceToken} */
export const ApiDeviceTokenAnswer = (type: Type, status: 200 | 201, headers: HeadersObject = {}) =>
  ApiResponse({
    status,
    type,
    headers: {
      ...headers,
      [DEVICE_TOKEN_HEADER]: {
        description: 'Of a login: to be kept and sent at the next one; no credential',
        schema: { type: 'string' },
      },
    },
  });
