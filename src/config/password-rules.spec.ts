import { normalisePassword, passwordRefusal, type PasswordRules } from './password-rules.js';

const OWNER = { email: 'ada.lovelace@example.org', fullName: 'Ada Lovelace' };
const RULES: PasswordRules = { minLength: 8, maxLength: 128, refuseCommon: true, contextWords: [] };

const refusal = (password: string, rules: Partial<PasswordRules> = {}, owner = OWNER) =>
  passwordRefusal(password, owner, { ...RULES, ...rules })?.text;

describe('the rules for passwords', () => {
  it('demand no kind of character', () => {
    for (const password of ['qzvkjwpx', '83920174', 'QZVKJWPX', ' . , - _ ', '        ', 'пароль-密码'])
      expect(refusal(password)).toBeUndefined();
  });

  it('limit the length to a range that includes both ends', () => {
    for (const length of [0, 1, 7, 129, 10_000])
      expect(refusal('ä'.repeat(length))).toBe('must have 8 to 128 characters');
    for (const length of [8, 128]) expect(refusal('ä'.repeat(length))).toBeUndefined();
    const configured = { minLength: 15, maxLength: 64 };
    for (const length of [14, 65])
      expect(refusal('ä'.repeat(length), configured)).toBe('must have 15 to 64 characters');
    for (const length of [15, 64]) expect(refusal('ä'.repeat(length), configured)).toBeUndefined();
  });

  it.each([
    ['an emoji, two UTF-16 units,', '🙂', 1],
    ['a letter with a combining accent', 'a\u0308', 1],
    ['a Hangul syllable of three parts', '\u1112\u1161\u11ab', 1],
    ['a ligature', '\ufb03', 3],
  ])('count %s after NFKC', (_, character, counted) => {
    expect(Array.from(normalisePassword(character))).toHaveLength(counted);
    const most = Math.floor(128 / counted);
    const least = Math.ceil(8 / counted);
    expect(refusal(character.repeat(most))).toBeUndefined();
    expect(refusal(character.repeat(most + 1))).toBe('must have 8 to 128 characters');
    expect(refusal(character.repeat(least))).toBeUndefined();
    expect(refusal(character.repeat(least - 1))).toBe('must have 8 to 128 characters');
  });

  it('refuse the commonest passwords in every case and form, and only if configured', () => {
    const fullWidth = 'ｐａｓｓｗｏｒｄ１';
    for (const password of [
      'Test1234',
      'password',
      'PASSWORD1',
      '12345678',
      'qwertyuiop',
      'p@ssw0rd',
      fullWidth,
    ]) {
      expect(refusal(password)).toBe('must not be one of the commonest passwords');
      expect(refusal(password, { refuseCommon: false })).toBeUndefined();
    }
    expect(refusal('Test12345 and more')).toBeUndefined();
  });

  it('do not count names of the product and the organization, in every case and form', () => {
    const rules = { contextWords: ['ergodrive', 'acme'] };
    const message = 'must have 8 characters or more besides names of the product and the organization';
    for (const password of [
      ...['ergodrive', 'ERGODRIVE2026', 'Acme-Ergodrive', 'acmeacmeacme', 'ｅｒｇｏｄｒｉｖｅ'],
      ...['🙂🙂🙂acme🙂🙂🙂', '1234567acme'],
    ]) {
      expect(refusal(password, rules)).toBe(message);
      expect(refusal(password)).toBeUndefined();
    }
    for (const password of ['correct acme battery', '12345678acmE', 'Ergo-Drive-26'])
      expect(refusal(password, rules)).toBeUndefined();
    expect(refusal('acme correct horse', { ...rules, minLength: 15 })).toContain('must have 15 characters');
  });

  it('refuse what is known of the owner, in every case and form', () => {
    const rule = 'must not be the e-mail address, the part before its @, or the full name';
    for (const address of ['ada.lovelace@example.org', 'ADA.LOVELACE@EXAMPLE.ORG'])
      expect(refusal(address)).toBe(rule);
    for (const name of ['Ada.Lovelace', 'ada lovelace', 'ＡＤＡ ＬＯＶＥＬＡＣＥ'])
      expect(refusal(name)).toBe(rule);
    expect(refusal('ada lovelace and more')).toBeUndefined();
    const decomposed = { email: 'x@example.org', fullName: 'Zoe\u0308 Mu\u0308ller' };
    expect(refusal('ZOË MÜLLER', {}, decomposed)).toContain('must not be the e-mail address');
  });
});
