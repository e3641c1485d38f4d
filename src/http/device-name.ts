import { applyDecorators } from '@nestjs/common';
import { IsString, Length } from 'class-validator';
import { IsOneLine, Trim } from './dto.decorators.js';

const MAX_DEVICE_NAME = 100;

/** For the OpenAPI document. */
export const DEVICE_NAME = { minLength: 1, maxLength: MAX_DEVICE_NAME, example: 'My phone' };

/** Checks the name of a device in a body. */
export const IsDeviceName = () =>
  applyDecorators(Trim(), IsOneLine(), IsString(), Length(1, MAX_DEVICE_NAME));
