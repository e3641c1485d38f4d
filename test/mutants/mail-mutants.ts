import { type Mutant, mutantsOf } from './mutant.js';

const STATEMENTS = 'src/mail/mail-statements.ts';
const DELIVERY = 'src/mail/mail-delivery.ts';
const FAILURE = 'src/mail/mail-failure.ts';
const TRANSPORT = 'src/mail/smtp.transport.ts';
const SENDER_SPEC = 'test/integration/mail-sender.spec.ts';
const FAILURES_SPEC = 'test/integration/mail-failures.spec.ts';
const TRANSPORT_SPEC = 'test/integration/mail-transport.spec.ts';

/** Which mails leave, how often, and over what connection. */
export const MAIL_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/commands/command.ts', SENDER_SPEC)`
    a mail is queued although its change is rolled back | none of one that is rolled back
      - await this.outbox.queueWithin(this.run, mail);
      + await this.outbox.queue(mail);
  `,
  ...mutantsOf(STATEMENTS, SENDER_SPEC)`
    a mail is taken whose lease another sender has | takes no mail whose lease
      - next_attempt_at <= now() AND expires_at > now() AND kind
      + expires_at > now() AND kind
    a mail of an unknown kind is taken | of a kind that it does not know
      - kind = ANY($1::text[])
      + $1::text[] IS NOT NULL
    the lease of a mail may end while its content is sent | has a mail for a whole lease
      - UPDATE mail_outbox SET next_attempt_at = clock_timestamp() + interval '\${LEASE_SECONDS} s'
      + UPDATE mail_outbox SET next_attempt_at = next_attempt_at
  `,
  ...mutantsOf(DELIVERY, SENDER_SPEC)`
    the content of a mail is given away although another sender has it
      | when another sender has the mail by then
      - if (!(await this.queue.renew(mail)))
      + if (false)
  `,
  ...mutantsOf('src/mail/mail-sender.service.ts', SENDER_SPEC)`
    one slow mail holds up the others | is not held up
      - const MAX_LANES = 4;
      + const MAX_LANES = 1;
  `,
  ...mutantsOf(STATEMENTS, FAILURES_SPEC)`
    a mail that has expired is sent | sends no mail that has expired
      -  AND expires_at > clock_timestamp()
      +
    a failed mail is tried again and again without a longer pause | waits after attempt
      -  * 2 ^ least(attempts - 1, \${LAST_DOUBLING})
      +
  `,
  ...mutantsOf(DELIVERY, FAILURES_SPEC)`
    a mail is removed before the mail server has answered | went away before its answer
      - attempt.isGivenAway = true;
      + attempt.isGivenAway = true; await this.queue.remove(mail);
    a mail is sent again because its removal failed once | cannot remove it at first
      - if (performance.now() > until) throw error;
      + if (until > 0) throw error;
  `,
  ...mutantsOf(TRANSPORT, FAILURES_SPEC)`
    each attempt at a mail has a Message-ID of its own | with the same Message-ID
      - messageId: \`<\${id}@
      + messageId: \`<\${id}.\${Math.random()}@
  `,
  ...mutantsOf(FAILURE, FAILURES_SPEC)`
    a mail that was refused for good is tried again | makes a mail a dead letter at once
      - return isOfMail && status >= 500
      + return isOfMail && status >= 600
    a mail that was refused for now becomes a dead letter | after a temporary refusal
      - status >= 500
      + status >= 400
  `,
  ...mutantsOf(FAILURE, 'src/mail/mail-failure.spec.ts')`
    a mail becomes a dead letter because the server demands a login
      -  && !OF_LOGINS.includes(status)
      +
    the outbox keeps the link that a mail server quotes
      - .replace(/https?:\\/*\\S+/gi, '[link]')
      +
    the outbox keeps the token that a mail server quotes
      - .replace(/\\S*token=\\S*/gi, '[link]')
      +
  `,
  ...mutantsOf('src/mail/mail-cleanup.service.ts', FAILURES_SPEC)`
    dead letters are removed after a day | is removed thirty days after
      - interval '30 days'
      + interval '1 day'
  `,
  ...mutantsOf('src/mail/smtp-session.ts', TRANSPORT_SPEC)`
    a mail server without STARTTLS gets mails | is not taken without STARTTLS
      - requireTLS: security === 'starttls',
      + requireTLS: false,
    any certificate of a mail server is accepted | whose certificate another authority signed
      - tls: { minVersion: 'TLSv1.2',
      + tls: { rejectUnauthorized: false, minVersion: 'TLSv1.2',
  `,
  ...mutantsOf(TRANSPORT, TRANSPORT_SPEC)`
    a mail may have a file of the service as its text | for a part of a mail
      - disableFileAccess: true,
      +
    a mail may have what an address answers as its text | for a part of a mail
      - disableUrlAccess: true,
      +
  `,
  ...mutantsOf(DELIVERY, TRANSPORT_SPEC)`
    a stop keeps the mails that no server has seen | gives back a mail
      - (shutdown.aborted && !attempt.isGivenAway)
      + false
  `,
];
