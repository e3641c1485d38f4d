export const WITHOUT_ANSWER = 'The service does not answer. Check the network, and try again.';

const ENDS = {
  logout: 'You are logged out.',
  other_login: 'Another tab has logged in. Reload this page to use that login.',
};

/** Why a session has ended, by the reasons of docs/live-channel.md. */
export const textOfEnd = (reason) =>
  ENDS[reason] ?? `Your session has ended (${reason ?? 'for an unknown reason'}). Log in again.`;

/** What a refusal says to a person. `code` is for programs; `detail` is in English. */
export function textOfError({ code, detail }, { status, headers }) {
  if (code === 'too_many_requests') {
    const minutes = Math.ceil(Number(headers.get('retry-after')) / 60);
    return `Too many attempts. Try again in ${minutes} min.`;
  }
  return status >= 500 ? WITHOUT_ANSWER : detail;
}
