import type { AppConfig } from '../config/app-config.js';
import { PROBLEM_CODES, PROBLEMS, type ProblemCode, type ProblemDefinition } from './problems.js';

/** The text at the top of the API's documentation, in Markdown. */
export const INTRODUCTION = `
**Logout means logout.** Once a logout, an ended session, a new password, a role change or a deactivation is acknowledged,
no instance accepts the old state.

### Try it on this page

1. \`POST /api/v1/auth/register\` creates an account: open it and press **Execute**.
2. **Authorize** logs in with that e-mail address and password. Operations with a padlock now send the access token.
3. \`GET /api/v1/sessions\` shows the session that the login opened.
4. \`POST /api/v1/auth/logout\` ends it. Repeat step 3: \`401\`, "Token has been revoked".

### Tokens

A login opens a session and answers with two tokens. Requests carry the access token, as \`Authorization: Bearer …\`.
A refresh token is exchanged once, for the next pair. When the session ends, both are refused at once, and clients that
are connected to \`ws://…/api/v1/ws/session/{session_id}\` get a message.

### Errors

Failures are problem details (RFC 9457, \`application/problem+json\`). \`detail\` is for people;
programs use \`code\`.

<details><summary>All codes</summary>

${codeTable()}

</details>
`;

/** The rules for new passwords as they are configured, in Markdown. */
export function describePasswordRules({
  minLength,
  maxLength,
  refuseCommon,
  contextWords,
  hibpUrl,
}: AppConfig['passwords']): string {
  const lists = [
    ...(refuseCommon ? ['on a list of the commonest passwords'] : []),
    ...(hibpUrl === undefined ? [] : ['known from data breaches']),
  ];
  const words = contextWords.map((word) => `\`${word}\``).join(', ');
  const context = words === '' ? '' : ` Without these words it still has ${minLength} characters: ${words}.`;
  return `
### Passwords

A new password has ${minLength} to ${maxLength} characters of any kind (Unicode code points after NFKC). It is not the e-mail
address, the part before its @, or the full name, in whatever case.${lists.length > 0 ? ` It is not ${lists.join(', and not ')}.` : ''}${context}
Other passwords get \`422\`. Passwords are normalised to NFKC and never truncated.
`;
}

/** The codes of the catalogue, one row for each status. */
function codeTable(): string {
  const statuses = [...new Set(PROBLEM_CODES.map((code) => PROBLEMS[code].status))].sort((a, b) => a - b);
  const rows = statuses.map((status) => {
    const codes = PROBLEM_CODES.filter((code) => PROBLEMS[code].status === status);
    return `| ${status} | ${codes.map((code) => `\`${code}\`${noteOf(code)}`).join(', ')} |`;
  });
  return ['| status | code |', '|---|---|', ...rows].join('\n');
}

function noteOf(code: ProblemCode): string {
  const { note }: ProblemDefinition = PROBLEMS[code];
  return note === undefined ? '' : `; ${note}`;
}
