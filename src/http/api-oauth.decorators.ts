import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiResponse, ApiSecurity, getSchemaPath } from '@nestjs/swagger';
import { OAuthError, type OAuthErrorCode } from './oauth-error.js';
import { oauthErrorOf } from './oauth-error.document.js';
import { problemResponse } from './api-problems.decorator.js';
import { type ProblemCode, problemOf, PROBLEMS } from './problems.js';

const CODES = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
] satisfies OAuthErrorCode[];

/** The scheme of access tokens. */
export const USER_SCHEME = 'password';

/** The scheme that {@link ApiClientAuthentication} names. */
export const CLIENT_SCHEME = 'client';

/** RFC 6749 §5.2. */
class OAuthErrorDto {
  @ApiProperty({ enum: CODES, example: 'invalid_client' })
  error: OAuthErrorCode;

  @ApiProperty({ example: 'Client authentication failed' })
  error_description: string;
}

/** The response object of an error. */
export const oauthErrorResponse = ({ code, description }: OAuthError, title: string) => ({
  description: title,
  content: {
    'application/json': {
      schema: { $ref: getSchemaPath(OAuthErrorDto) },
      example: { error: code, error_description: description },
    },
  },
});

/** Documents the errors that every OAuth route may answer with. */
export const ApiOAuthErrors = () =>
  applyDecorators(
    ApiExtraModels(OAuthErrorDto),
    ...[
      new OAuthError('invalid_request', 'The parameter token is missing'),
      oauthErrorOf(problemOf('too_many_requests')),
      oauthErrorOf(problemOf('temporarily_unavailable')),
    ].map(ApiOAuthError),
  );

/** Documents that an OAuth client authenticates, by HTTP Basic. */
export const ApiClientAuthentication = () =>
  applyDecorators(
    ApiSecurity(CLIENT_SCHEME),
    ApiExtraModels(OAuthErrorDto),
    ApiOAuthError(OAuthError.invalidClient()),
  );

/** Documents that the client needs the scope. */
export const ApiClientScope = (scope: string) => ApiOAuthError(OAuthError.unauthorizedClient(scope, 403));

/** Documents that a user with an access token or a client with the scope may ask. Each is refused in its own format. */
export const ApiUserOrClient = (scope: string) =>
  applyDecorators(
    ApiSecurity(USER_SCHEME),
    ApiSecurity(CLIENT_SCHEME),
    ApiExtraModels(OAuthErrorDto),
    ApiRefusal('token_missing', OAuthError.invalidClient()),
    ApiRefusal('forbidden', OAuthError.unauthorizedClient(scope, 403)),
  );

function ApiRefusal(ofUser: ProblemCode, ofClient: OAuthError) {
  const { status } = PROBLEMS[ofUser];
  const { description, content } = problemResponse(ofUser);
  const { content: other } = oauthErrorResponse(ofClient, ofClient.description);
  return ApiResponse({ status, description, content: { ...content, ...other } });
}

function ApiOAuthError(error: OAuthError) {
  return ApiResponse({ status: error.getStatus(), ...oauthErrorResponse(error, error.description) });
}
