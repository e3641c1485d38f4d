import { AppLogger } from './app.logger.js';

describe('ReadableLines', () => {
  const written: string[] = [];
  const { isTTY } = process.stdout;
  beforeEach(() => {
    written.splice(0);
    process.stdout.isTTY = false;
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  });
  afterEach(() => {
    process.stdout.isTTY = isTTY;
    jest.restoreAllMocks();
  });

  it('shows control characters of a member as JSON does', () => {
    new AppLogger({ level: 'info', isJson: false }).log({ msg: 'Failed', path: '/\n\u001b[2J' }, 'Request');
    expect(written.join('')).toMatch(/Failed path="\/\\n\\u001b\[2J"\n$/);
  });

  it('has time, level, context, message and members in one line, and the stack below, without colours', () => {
    const logger = new AppLogger({ level: 'info', isJson: false });
    logger.log('Listening', 'Start');
    logger.error({ msg: 'Failed', path: '/x', status: 500, err: new Error('boom') }, 'Request');
    expect(written).toHaveLength(2);
    expect(written[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z INFO {2}\[Start\] Listening\n$/);
    expect(written[1]).toMatch(/Z ERROR \[Request\] Failed path=\/x status=500\nError: boom\n {4}at /);
  });
});
