import type { HealthSummaryDto, MailHealthDto } from '../../../packages/client/src/generated/types.gen.js';
import type { Check } from '../check.js';
import { demand, type Observation, PromiseBroken } from '../observation.js';

/** Longer, and nothing leaves: the alert MailsWaiting has the same limit. */
const MAX_WAIT_SECONDS = 900;

const MEND = 'mend the mail server, SMTP_URL or MAIL_FROM (docs/runbook.md#mailswaiting)';
const WAYS = {
  smtp: 'by SMTP',
  files: 'to files only, as SMTP_URL is not set',
  not_configured: 'mail is off: set SMTP_URL and MAIL_FROM (docs/mail.md)',
} as const;

/** The last check, so that it sees mails that the examination itself has caused. */
export const MAIL: Check = {
  id: 'mail',
  promise: 'mails leave',
  async run({ operatorClient }) {
    const answer = await operatorClient.send<HealthSummaryDto>('GET', '/health');
    const { ms } = answer;
    const mail = [401, 404].includes(answer.status)
      ? undefined
      : demand(answer, 200, 'GET /health').body.mail;
    if (mail === undefined)
      return { ms, skipped: 'GET /health shows no mails here: give the management port by --management' };
    return { ms, ...judge(mail, ms) };
  },
};

/** @throws PromiseBroken when mails wait and do not leave */
function judge(mail: MailHealthDto, ms: number): Observation {
  const { transport, waiting = 0, oldest_waiting_seconds: oldest = 0, last_error: reason } = mail;
  const parts = [WAYS[transport], ...countsOf(mail)].join(', ');
  if (transport === 'not_configured') return { skipped: parts };
  if (reason !== undefined)
    throw new PromiseBroken(`${parts}; the last attempt failed: ${reason}; ${MEND}`, { ms });
  if (waiting > 0 && oldest > MAX_WAIT_SECONDS) throw new PromiseBroken(`${parts}; ${MEND}`, { ms });
  return { detail: parts };
}

/** Dead letters break no promise: strangers mistype addresses. */
function countsOf({ waiting, oldest_waiting_seconds: oldest, dead = 0 }: MailHealthDto): string[] {
  if (waiting === undefined) return ['the mails could not be counted'];
  return [
    waiting === 0
      ? 'no mail waits'
      : `${plural(waiting, 'mail waits', 'mails wait')}, the oldest for ${oldest} s`,
    ...(dead === 0 ? [] : [`${plural(dead, 'dead letter', 'dead letters')} (docs/runbook.md#mailsdead)`]),
  ];
}

const plural = (count: number, one: string, several: string) => `${count} ${count === 1 ? one : several}`;
