import { applyDecorators } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import { VIOLATION_CODES, type ViolationCode, wrongLength } from '../config/violation.js';
import { fieldErrorOf } from './field-error.js';
import { PROBLEM_MEDIA_TYPE, problemDocument } from './problem.document.js';
import { PROBLEM_CODES, PROBLEMS, type ProblemCode, problemOf } from './problems.js';

const REQUEST_ID = '5f0c9a1be27d-1k';

const TOO_SHORT = wrongLength(7, 8, 128);

class FieldErrorDto {
  @ApiProperty({ example: 'password' })
  field: string;

  @ApiProperty({
    enum: VIOLATION_CODES,
    enumName: 'ViolationCode',
    description: 'Stable; for programs',
    example: 'too_short',
  })
  code: ViolationCode;

  @ApiProperty({ description: 'A sentence that a form can show beside the field', example: TOO_SHORT.text })
  message: string;

  @ApiPropertyOptional({ description: 'The least length or number', example: 8 })
  min?: number;

  @ApiPropertyOptional({ description: 'The greatest length or number', example: 128 })
  max?: number;

  @ApiPropertyOptional({ description: 'With `not_allowed`', type: [String], example: ['student', 'admin'] })
  allowed?: string[];
}

/** RFC 9457 problem details. */
class ProblemDto {
  @ApiProperty({ example: 'about:blank' })
  type: string;

  @ApiProperty({ example: 'Unauthorized' })
  title: string;

  @ApiProperty({ example: 401 })
  status: number;

  @ApiProperty({ example: 'Token has been revoked' })
  detail: string;

  @ApiProperty({ description: 'Stable; for programs', example: 'token_revoked' })
  code: string;

  @ApiPropertyOptional({ type: [FieldErrorDto], description: 'On 422: each wrong field and the reason' })
  errors?: FieldErrorDto[];

  @ApiProperty({ description: 'Also in the log lines of the request', example: REQUEST_ID })
  request_id: string;
}

/** A status stands for its first code in the catalogue. */
const codeOf = (problem: number | ProblemCode): ProblemCode => {
  if (typeof problem === 'string') return problem;
  const code = PROBLEM_CODES.find((candidate) => PROBLEMS[candidate].status === problem);
  if (code === undefined) throw new Error(`The problem catalogue has no code with status ${problem}`);
  return code;
};

const exampleOf = (code: ProblemCode) => {
  const errors = [fieldErrorOf('password', TOO_SHORT)];
  return problemDocument(problemOf(code, code === 'validation_failed' ? { errors } : {}), REQUEST_ID);
};

/** The response object of a problem, with the catalogue's entry as its example. */
export const problemResponse = (code: ProblemCode, description?: string) => {
  const example = exampleOf(code);
  return {
    description: description ?? example.title,
    content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: getSchemaPath(ProblemDto) }, example } },
  };
};

/**
 * Documents the problems that a route may answer with. A status documents the usual code of that status; a code is given
 * where the route has another one. Every route documents 503.
 */
export const ApiProblems = (...problems: (number | ProblemCode)[]) =>
  applyDecorators(
    ApiExtraModels(ProblemDto),
    ...[...problems, 503].map((problem) => {
      const code = codeOf(problem);
      return ApiResponse({ status: PROBLEMS[code].status, ...problemResponse(code) });
    }),
  );
