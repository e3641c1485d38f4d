import { describePasswordRules } from './api-docs.introduction.js';

const RULES = { minLength: 8, maxLength: 128, refuseCommon: false, contextWords: [], hibpUrl: undefined };

describe('the description of the rules for passwords', () => {
  it('has the configured lengths, lists and context words', () => {
    const lists = { refuseCommon: true, contextWords: ['acme holding', 'acme'], hibpUrl: 'http://hibp' };
    const text = describePasswordRules({ minLength: 15, maxLength: 64, ...lists });
    expect(text).toContain('15 to 64 characters');
    expect(text).toContain('on a list of the commonest passwords, and not known from data breaches');
    expect(text).toContain('Without these words it still has 15 characters: `acme holding`, `acme`.');
  });

  it('names no list that is not used', () =>
    expect(describePasswordRules(RULES)).not.toMatch(/on a list|breaches|these words/));
});
