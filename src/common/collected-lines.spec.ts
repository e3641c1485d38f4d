import { CollectedLines } from './collected-lines.js';

describe('CollectedLines', () => {
  let written: string[];
  let lines: CollectedLines;
  beforeEach(() => {
    written = [];
    lines = new CollectedLines({ write: (text) => void written.push(text) });
  });

  it('are written together and in order, and nothing is written when there are none', () => {
    lines.flushSync();
    lines.write('a\n');
    lines.write('b\n');
    expect(written).toEqual([]);
    lines.flushSync();
    lines.flushSync();
    expect(written).toEqual(['a\nb\n']);
  });

  it('are written at once when they are many, and each once', () => {
    const line = `${'x'.repeat(99)}\n`;
    for (let count = 0; count < 700; count++) lines.write(line);
    expect(written.map(({ length }) => length)).toEqual([32_800, 32_800]);
    lines.flushSync();
    expect(written.join('')).toBe(line.repeat(700));
  });
});
