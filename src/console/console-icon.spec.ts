import { iconOf } from './console-icon.js';

const color = { light: '#0b5d3b', dark: '#8fd0b0' };
const iconNamed = (name: string) => iconOf({ name, color }).content.toString();

describe('the icon of the pages', () => {
  it('has the first letter of the name, and the colour', () => {
    expect(iconNamed('örtlich')).toMatch(/^<svg .*fill="#0b5d3b".*>Ö<\/text><\/svg>$/);
    expect(iconNamed('🦀 crabs')).toContain('>🦀<');
  });

  it('is well formed for any name', () =>
    expect(['<b>', '&', '>'].map((name) => />(\S{1,5})<\/text>/.exec(iconNamed(name))?.[1])).toEqual([
      '&lt;',
      '&amp;',
      '&gt;',
    ]));
});
