import { HttpException } from '@nestjs/common';
import { VerifierError } from '../verifier-error.js';

/**
 * A refusal as Nest's exception: every filter answers with its status, 401 or 503, and the problem as body. The filter of
 * the module adds the headers.
 */
export class VerifierException extends HttpException {
  /** `www-authenticate` or `retry-after` */
  readonly headers: Readonly<Record<string, string>>;

  constructor(error: VerifierError) {
    super(error.toProblem(), error.status, { cause: error });
    this.headers = error.headers;
  }
}
