import { isRefusal, reasonOfFailure } from './mail-failure.js';

const smtp = (command: string, responseCode: number) =>
  Object.assign(new Error('x'), { command, responseCode, code: 'EENVELOPE' });

describe('a failure to send a mail', () => {
  it.each([
    ['RCPT TO', 550, true],
    ['DATA', 554, true],
    ['DATA', 452, false],
    ['RCPT TO', 450, false],
    ['MAIL FROM', 550, false],
    ['CONN', 554, false],
    ['AUTH PLAIN', 535, false],
    ['RCPT TO', 530, false],
  ])('at %s with %d is for good: %s', (command, status, isForGood) =>
    expect(isRefusal(smtp(command, status))).toBe(isForGood),
  );

  it('at an address that cannot be one is for good, and at an unknown error is not', () => {
    expect(isRefusal({ code: 'EENVELOPE', command: 'API' })).toBe(true);
    expect(isRefusal(new Error('x'))).toBe(false);
    expect(isRefusal(undefined)).toBe(false);
  });

  it.each([
    ['550 <ada@example.org>: no', '550 <[address]>: no'],
    ['spam: https://a.example/x#token=abc', 'spam: [link]'],
    ['see https://a.example/ada', 'see [link]'],
    ['spam: //a.example/x#token=abc', 'spam: [link]'],
    ['quoted 0123456789abcdefghijklmn', 'quoted […]'],
    ['two\r\nlines', 'two lines'],
    ['', 'Error'],
  ])('with the text %j is told as %j', (text, reason) =>
    expect(reasonOfFailure(new Error(text))).toBe(reason),
  );

  it('is told in 300 characters at most', () =>
    expect(reasonOfFailure(new Error('word '.repeat(1000)))).toHaveLength(300));
});
