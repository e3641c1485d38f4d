import { LogPosition } from './log-position.js';

describe('LogPosition', () => {
  it('names the next transaction and those that were under way', () => {
    expect(LogPosition.parse('10:20:10,14,15')).toMatchObject({ next: '20', underWay: ['10', '14', '15'] });
    expect(LogPosition.parse('726:726:')).toMatchObject({ next: '726', underWay: [] });
  });

  it('keeps transaction ids beyond the integers of JavaScript', () =>
    expect(LogPosition.parse('9223372036854775806:9223372036854775807:9223372036854775806')).toMatchObject({
      next: '9223372036854775807',
      underWay: ['9223372036854775806'],
    }));

  it('shows the rows of transactions that had ended', () => {
    const position = LogPosition.parse('10:20:10,14');
    expect([9n, 10n, 12n, 14n, 19n, 20n].filter((xid) => position.shows(xid))).toEqual([9n, 12n, 19n]);
    expect(position.oldest).toBe(10n);
    expect(LogPosition.parse('20:20:').oldest).toBe(20n);
  });

  it('reaches a position whose rows it shows', () => {
    const [earlier, later, open] = ['10:20:10,14', '14:25:14', '10:20:10,14,19'].map((text) =>
      LogPosition.parse(text),
    );
    expect(later!.reaches(earlier!)).toBe(true);
    expect(earlier!.reaches(earlier!)).toBe(true);
    expect(earlier!.reaches(later!)).toBe(false);
    expect(open!.reaches(earlier!)).toBe(false);
    expect(earlier!.reaches(open!)).toBe(true);
  });

  it.each(['', '10', '10:20', '10:20:a', '10:20:1,', "10:20:1'); DROP TABLE users; --"])(
    'refuses %j',
    (text) => expect(() => LogPosition.parse(text)).toThrow(TypeError),
  );
});
