import { LogPosition } from './log-position.js';

describe('LogPosition', () => {
  it('names the next transaction and those that were under way', () => {
    expect(LogPosition.parse('10:20:10,14,15')).toMatchObject({ next: '20', underWay: ['10', '14', '15'] });
    expect(LogPosition.parse('726:726:')).toMatchObject({ next: '726', underWay: [] });
  });

  it('keeps transaction ids beyond the integers of JavaScript', () => {
    expect(LogPosition.parse('9223372036854775806:9223372036854775807:9223372036854775806')).toMatchObject({
      next: '9223372036854775807',
      underWay: ['9223372036854775806'],
    });
  });

  it.each(['', '10', '10:20', '10:20:a', '10:20:1,', "10:20:1'); DROP TABLE users; --"])(
    'refuses %j',
    (text) => {
      expect(() => LogPosition.parse(text)).toThrow(TypeError);
    },
  );
});
