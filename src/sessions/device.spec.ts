import { describeDevice, type Device } from './device.js';

const MOZILLA = 'Mozilla/5.0';
const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';

const DEVICES: [
  name: string,
  userAgent: string,
  device: [Device['browser'], Device['os'], Device['kind']],
][] = [
  [
    'Chrome on Windows',
    `${MOZILLA} (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/130.0.0.0 Safari/537.36`,
    ['Chrome 130', 'Windows', 'desktop'],
  ],
  [
    'Firefox on Linux',
    `${MOZILLA} (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0`,
    ['Firefox 132', 'Linux', 'desktop'],
  ],
  [
    'Safari on a Mac',
    `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15`,
    ['Safari 18', 'macOS 10.15.7', 'desktop'],
  ],
  [
    'Edge on Windows',
    `${MOZILLA} (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.2849.68`,
    ['Microsoft Edge 130', 'Windows', 'desktop'],
  ],
  [
    'Safari on an iPhone',
    `${MOZILLA} (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1`,
    ['Safari 17', 'iOS 17.5.1', 'mobile'],
  ],
  [
    'Safari on an iPad',
    `${MOZILLA} (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1`,
    ['Safari 16', 'iOS 16.6', 'tablet'],
  ],
  [
    'Chrome on Android',
    `${MOZILLA} (Linux; Android 14; Pixel 8) ${WEBKIT} Chrome/130.0.6723.58 Mobile Safari/537.36`,
    ['Chrome 130', 'Android 14', 'mobile'],
  ],
  [
    'Samsung Internet on a tablet',
    `${MOZILLA} (Linux; Android 13; SM-X700) ${WEBKIT} SamsungBrowser/26.0 Chrome/122.0.0.0 Safari/537.36`,
    ['Samsung Internet for Android 26', 'Android 13', 'tablet'],
  ],
  [
    'Googlebot',
    `${MOZILLA} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)`,
    ['Googlebot 2', null, 'bot'],
  ],
  [
    'a television',
    `${MOZILLA} (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36`,
    ['Tizen', 'Tizen 6.0', 'tv'],
  ],
  ['curl', 'curl/8.14.1', ['curl 8', null, 'unknown']],
  ['okhttp', 'okhttp/4.12.0', ['okhttp 4', null, 'unknown']],
  ['a Python program', 'python-requests/2.32.3', ['python-requests 2', null, 'unknown']],
  ["an app of one's own", 'ErgoDrive/3.2 CFNetwork/1494.0.7 Darwin/23.4.0', ['ErgoDrive 3', null, 'unknown']],
  ['text', 'no product at all', [null, null, 'unknown']],
  ['garbage', '\u00ff<script>%00'.repeat(40).slice(0, 512), [null, null, 'unknown']],
  ['512 letters', 'x'.repeat(512), [null, null, 'unknown']],
  ['512 slashes', '/'.repeat(512), [null, null, 'unknown']],
];

describe('describeDevice', () => {
  it.each(DEVICES)('recognises %s', (_, userAgent, [browser, os, kind]) =>
    expect(describeDevice(userAgent)).toEqual({ browser, os, kind }),
  );

  it.each([null, ''])('says that nothing is known of %p', (userAgent) =>
    expect(describeDevice(userAgent)).toEqual({ browser: null, os: null, kind: 'unknown' }),
  );
});
