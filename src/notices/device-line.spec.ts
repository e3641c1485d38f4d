import { deviceLine } from './device-line.js';

const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:132.0) Gecko/20100101 Firefox/132.0';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';

describe('the line of a device', () => {
  it.each([
    [MAC, 'Firefox 132, macOS 14.5'],
    [IPHONE, 'Safari 17, iOS 17.5'],
    ['curl/8.14.1', 'curl 8'],
    [null, '?'],
    ['', '?'],
  ])('of %j is %j', (userAgent, line) => expect(deviceLine(userAgent)).toBe(line));

  it.each([
    ...['evil.example/1', 'https://evil.example/login', '<b>bold</b>/1'],
    ...['Your-account-was-hacked-call-now-0800-123456789-and-say-your-password/1', 'a\r\nBcc: b@example.org'],
    ...['\u202eexe.tpircs/1', 'Mozilla/5.0 (evil.example) www.evil.example/5 (x)', 'A'.repeat(512)],
  ])('of %j has nothing that a stranger could say with it', (userAgent) => {
    const line = deviceLine(userAgent);
    expect(line.length).toBeLessThan(100);
    expect(line).not.toMatch(/[\r\n<>/:@\u202e]|\.\p{L}|account/u);
  });
});
