import { publicLink } from './links.js';

const config = {
  mail: { transport: undefined, from: '', publicUrl: 'https://a.example/x', catalogsDir: undefined },
};

describe('a link of a mail', () => {
  it('has its token after #', () =>
    expect(publicLink(config, 'reset-password', 'abc')).toBe('https://a.example/x/reset-password#token=abc'));

  it('has no # without a token', () => expect(publicLink(config, 'login')).toBe('https://a.example/x/login'));
});
