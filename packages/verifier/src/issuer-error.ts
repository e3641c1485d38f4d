/** The issuer did not answer, or not as it must. The message contains no secret. */
export class IssuerError extends Error {
  override readonly name: string = 'IssuerError';
}

/** The issuer answered, and what it is cannot work with these options. Trying again does not help. */
export class MisconfigurationError extends IssuerError {
  override readonly name = 'MisconfigurationError';
}
