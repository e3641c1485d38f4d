import { applyDecorators } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  getSchemaPath,
} from '@nestjs/swagger';

class FieldErrorDto {
  @ApiProperty({ example: 'email' })
  field: string;

  @ApiProperty({ example: 'email must be an email' })
  message: string;
}

/** RFC 9457 problem details. */
export class ProblemDto {
  @ApiProperty({ example: 'about:blank' })
  type: string;

  @ApiProperty({ example: 'Unauthorized' })
  title: string;

  @ApiProperty({ example: 401 })
  status: number;

  @ApiProperty({ example: 'Token has been revoked' })
  detail: string;

  @ApiProperty({ description: 'Stable, for programs', example: 'token_revoked' })
  code: string;

  @ApiPropertyOptional({ type: [FieldErrorDto], description: 'On 422: what is wrong with which member' })
  errors?: FieldErrorDto[];
}

const EXAMPLES: Record<number, { title: string; detail: string; code: string; errors?: object[] }> = {
  400: { title: 'Bad Request', detail: 'The request body is not valid JSON', code: 'malformed_body' },
  401: { title: 'Unauthorized', detail: 'Token has been revoked', code: 'token_revoked' },
  403: { title: 'Forbidden', detail: 'Not enough permissions', code: 'forbidden' },
  404: { title: 'Not Found', detail: 'User not found', code: 'not_found' },
  409: { title: 'Conflict', detail: 'Email already registered', code: 'email_taken' },
  422: {
    title: 'Unprocessable Entity',
    detail: 'The request is not valid',
    code: 'validation_failed',
    errors: [{ field: 'email', message: 'email must be an email' }],
  },
  429: { title: 'Too Many Requests', detail: 'Too many failed logins', code: 'too_many_requests' },
  503: {
    title: 'Service Unavailable',
    detail: 'The database does not answer',
    code: 'temporarily_unavailable',
  },
};

/** What a route answers with a status, where that is not the usual. */
export interface ProblemExample {
  status: number;
  code: string;
  detail: string;
}

/** Documents the problems that a route may answer with; 503 goes without saying. */
export const ApiProblems = (...problems: (number | ProblemExample)[]) =>
  applyDecorators(
    ApiExtraModels(ProblemDto),
    ...[...problems, 503].map((problem) => {
      const { status, ...own } = typeof problem === 'number' ? { status: problem } : problem;
      const { title = 'Error', ...example } = { ...EXAMPLES[status], ...own };
      return ApiResponse({
        status,
        description: title,
        content: {
          'application/problem+json': {
            schema: { $ref: getSchemaPath(ProblemDto) },
            example: { type: 'about:blank', title, status, ...example },
          },
        },
      });
    }),
  );
