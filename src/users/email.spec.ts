import { digestOfEmail, normaliseEmail } from './email.js';

describe('normaliseEmail', () => {
  it.each([
    ['ada@example.org', 'ada@example.org'],
    ['  Ada@Example.ORG\n', 'ada@example.org'],
    ['ÅNGSTRÖM@example.org', 'ångström@example.org'],
    ['A\u030angstro\u0308m@example.org', 'ångström@example.org'],
    ['a+tag@example.org', 'a+tag@example.org'],
    ['a.b@example.org', 'a.b@example.org'],
  ])('changes %j to %j', (written, normal) => expect(normaliseEmail(written)).toBe(normal));

  it('does not change a normalised address', () => {
    for (const written of [
      ' İ@example.org',
      'ΣΑΣ@example.org',
      'ẞ@example.org',
      '\u212b@example.org',
      'ǅ@example.org',
    ])
      expect(normaliseEmail(normaliseEmail(written))).toBe(normaliseEmail(written));
  });

  it('keeps addresses apart that only look alike', () => {
    // Latin and Cyrillic a.
    expect(normaliseEmail('a@example.org')).not.toBe(normaliseEmail('\u0430@example.org'));
  });
});

describe('digestOfEmail', () => {
  it('gives one digest for all spellings of an address, and does not show the address', () => {
    expect(digestOfEmail('  Ada@Example.ORG')).toBe(digestOfEmail('ada@example.org'));
    expect(digestOfEmail('ada@example.org')).toMatch(/^[\w-]{43}$/);
    expect(digestOfEmail('ada@example.org')).not.toBe(digestOfEmail('eve@example.org'));
  });
});
