import { SeenKeys } from './seen-keys.js';
import { uuidOfName } from './uuid-of-name.js';

describe('SeenKeys', () => {
  it('knows each of many texts, and no other one', () => {
    const seen = new SeenKeys();
    const texts = Array.from({ length: 50_000 }, (_, index) => `email user${index}@example.org`);
    expect(texts.filter((text) => !seen.add(text))).toEqual([]);
    expect(texts.filter((text) => seen.add(text))).toEqual([]);
    expect(seen.add('email another@example.org')).toBe(true);
  });
});

describe('uuidOfName', () => {
  it('gives the same UUID of version 5 for the same name, and another one for another', () => {
    const id = uuidOfName('auth0:5f7c8ec7c33c6c004bbafe82');
    expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(uuidOfName('auth0:5f7c8ec7c33c6c004bbafe82')).toBe(id);
    expect(uuidOfName('firebase:5f7c8ec7c33c6c004bbafe82')).not.toBe(id);
  });
});
