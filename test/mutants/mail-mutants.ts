import type { Mutant } from './mutant.js';

const STATEMENTS = 'src/mail/mail-statements.ts';
const DELIVERY = 'src/mail/mail-delivery.ts';
const FAILURE = 'src/mail/mail-failure.ts';
const TRANSPORT = 'src/mail/smtp.transport.ts';
const SESSION = 'src/mail/smtp-session.ts';
const SENDER_SPEC = ['test/integration/mail-sender.spec.ts'] as const;
const FAILURE_UNIT_SPEC = ['src/mail/mail-failure.spec.ts'] as const;
const FAILURES_SPEC = ['test/integration/mail-failures.spec.ts'] as const;
const TRANSPORT_SPEC = ['test/integration/mail-transport.spec.ts'] as const;

/** Which mails leave, how often, and over what connection. */
export const MAIL_MUTANTS: readonly Mutant[] = [
  {
    name: 'a mail is queued although its change is rolled back',
    file: 'src/commands/command.ts',
    text: 'await this.outbox.queueWithin(this.run, mail);',
    replacement: 'await this.outbox.queue(mail);',
    specs: SENDER_SPEC,
    test: 'none of one that is rolled back',
  },
  {
    name: 'a mail is taken whose lease another sender has',
    file: STATEMENTS,
    text: 'next_attempt_at <= now() AND expires_at > now() AND kind',
    replacement: 'expires_at > now() AND kind',
    specs: SENDER_SPEC,
    test: 'takes no mail whose lease',
  },
  {
    name: 'a mail of an unknown kind is taken',
    file: STATEMENTS,
    text: 'kind = ANY($1::text[])',
    replacement: '$1::text[] IS NOT NULL',
    specs: SENDER_SPEC,
    test: 'of a kind that it does not know',
  },
  {
    name: 'the content of a mail is given away although another sender has it',
    file: DELIVERY,
    text: 'if (!(await this.queue.renew(mail)))',
    replacement: 'if (false)',
    specs: SENDER_SPEC,
    test: 'when another sender has the mail by then',
  },
  {
    name: 'the lease of a mail may end while its content is sent',
    file: STATEMENTS,
    text: `UPDATE mail_outbox SET next_attempt_at = clock_timestamp() + interval '\${LEASE_SECONDS} s'`,
    replacement: 'UPDATE mail_outbox SET next_attempt_at = next_attempt_at',
    specs: SENDER_SPEC,
    test: 'has a mail for a whole lease',
  },
  {
    name: 'one slow mail holds up the others',
    file: 'src/mail/mail-sender.service.ts',
    text: 'const MAX_LANES = 4;',
    replacement: 'const MAX_LANES = 1;',
    specs: SENDER_SPEC,
    test: 'is not held up',
  },
  {
    name: 'a mail that has expired is sent',
    file: STATEMENTS,
    text: ' AND expires_at > clock_timestamp()',
    replacement: '',
    specs: FAILURES_SPEC,
    test: 'sends no mail that has expired',
  },
  {
    name: 'a mail is removed before the mail server has answered',
    file: DELIVERY,
    text: 'attempt.isGivenAway = true;',
    replacement: 'attempt.isGivenAway = true; await this.queue.remove(mail);',
    specs: FAILURES_SPEC,
    test: 'went away before its answer',
  },
  {
    name: 'a mail is sent again because its removal failed once',
    file: DELIVERY,
    text: 'if (performance.now() > until) throw error;',
    replacement: 'if (until > 0) throw error;',
    specs: FAILURES_SPEC,
    test: 'cannot remove it at first',
  },
  {
    name: 'each attempt at a mail has a Message-ID of its own',
    file: TRANSPORT,
    text: 'messageId: `<${id}@',
    replacement: 'messageId: `<${id}.${Math.random()}@',
    specs: FAILURES_SPEC,
    test: 'with the same Message-ID',
  },
  {
    name: 'a mail that was refused for good is tried again',
    file: FAILURE,
    text: 'return isOfMail && status >= 500',
    replacement: 'return isOfMail && status >= 600',
    specs: FAILURES_SPEC,
    test: 'makes a mail a dead letter at once',
  },
  {
    name: 'a mail that was refused for now becomes a dead letter',
    file: FAILURE,
    text: 'status >= 500',
    replacement: 'status >= 400',
    specs: FAILURES_SPEC,
    test: 'after a temporary refusal',
  },
  {
    name: 'a mail becomes a dead letter because the server demands a login',
    file: FAILURE,
    text: ' && !OF_LOGINS.includes(status)',
    replacement: '',
    specs: FAILURE_UNIT_SPEC,
  },
  {
    name: 'the outbox keeps the link that a mail server quotes',
    file: FAILURE,
    text: String.raw`.replace(/https?:\/*\S+/gi, '[link]')`,
    replacement: '',
    specs: FAILURE_UNIT_SPEC,
  },
  {
    name: 'the outbox keeps the token that a mail server quotes',
    file: FAILURE,
    text: String.raw`.replace(/\S*token=\S*/gi, '[link]')`,
    replacement: '',
    specs: FAILURE_UNIT_SPEC,
  },
  {
    name: 'a failed mail is tried again and again without a longer pause',
    file: STATEMENTS,
    text: ' * 2 ^ least(attempts - 1, ${LAST_DOUBLING})',
    replacement: '',
    specs: FAILURES_SPEC,
    test: 'waits after attempt',
  },
  {
    name: 'dead letters are removed after a day',
    file: 'src/mail/mail-cleanup.service.ts',
    text: `interval '30 days'`,
    replacement: `interval '1 day'`,
    specs: FAILURES_SPEC,
    test: 'is removed thirty days after',
  },
  {
    name: 'a mail server without STARTTLS gets mails',
    file: SESSION,
    text: `requireTLS: security === 'starttls',`,
    replacement: 'requireTLS: false,',
    specs: TRANSPORT_SPEC,
    test: 'is not taken without STARTTLS',
  },
  {
    name: 'any certificate of a mail server is accepted',
    file: SESSION,
    text: `tls: { minVersion: 'TLSv1.2',`,
    replacement: `tls: { rejectUnauthorized: false, minVersion: 'TLSv1.2',`,
    specs: TRANSPORT_SPEC,
    test: 'whose certificate another authority signed',
  },
  {
    name: 'a mail may have a file of the service as its text',
    file: TRANSPORT,
    text: 'disableFileAccess: true,',
    replacement: '',
    specs: TRANSPORT_SPEC,
    test: 'for a part of a mail',
  },
  {
    name: 'a mail may have what an address answers as its text',
    file: TRANSPORT,
    text: 'disableUrlAccess: true,',
    replacement: '',
    specs: TRANSPORT_SPEC,
    test: 'for a part of a mail',
  },
  {
    name: 'a stop keeps the mails that no server has seen',
    file: DELIVERY,
    text: '(shutdown.aborted && !attempt.isGivenAway)',
    replacement: 'false',
    specs: TRANSPORT_SPEC,
    test: 'gives back a mail',
  },
];
