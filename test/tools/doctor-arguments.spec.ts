import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseArguments } from '../../tools/doctor/arguments.js';
import { UsageError } from '../../tools/service/usage-error.js';
import { serviceBinary } from '../support/process/service-binary.js';
import { runTool } from './support/run-tool.js';

const URL_OF_SERVICE = ['--url', 'https://auth.example'];

describe('the arguments of the doctor', () => {
  it('have defaults', () => {
    expect(parseArguments(URL_OF_SERVICE)).toEqual({
      url: new URL('https://auth.example'),
      instances: [],
      management: undefined,
      adminEmail: undefined,
      graceSeconds: 10,
      maxWaitSeconds: 60,
      deadlineMs: 10_000,
      ca: undefined,
      isJson: false,
    });
  });

  it('name several instances', () => {
    const instances = ['--instance', 'http://10.0.0.1:8000', '--instance', 'http://10.0.0.2:8000/auth'];
    const parsed = parseArguments([...URL_OF_SERVICE, ...instances]);
    expect(parsed?.instances.map(({ href }) => href)).toEqual([
      'http://10.0.0.1:8000/',
      'http://10.0.0.2:8000/auth',
    ]);
  });

  it.each([
    ['no address', []],
    ['another scheme', ['--url', 'ftp://auth.example']],
    ['a password in the address', ['--url', 'https://a:b@auth.example']],
    ['a query', ['--url', 'https://auth.example?a=b']],
    ['an unknown option', [...URL_OF_SERVICE, '--admin-password', 'secret']],
    ['a word without an option', [...URL_OF_SERVICE, 'https://other.example']],
    ['a management port without a scheme', [...URL_OF_SERVICE, '--management', '10.0.0.1:9000']],
    ['no number', [...URL_OF_SERVICE, '--grace-seconds', '1e1']],
    ['a number beyond its bounds', [...URL_OF_SERVICE, '--timeout', '0']],
    ['a file of certificates that is missing', [...URL_OF_SERVICE, '--ca', '/missing.pem']],
    ['a file without certificates', [...URL_OF_SERVICE, '--ca', 'package.json']],
    ['an empty address of the admin', [...URL_OF_SERVICE, '--admin-email', '']],
  ])('are refused with %s', (_, args) => {
    expect(() => parseArguments(args)).toThrow(UsageError);
  });
});

describe('npm run doctor', () => {
  it('prints its usage and ends with 2 when an argument is wrong', async () => {
    const { code, stdout, stderr } = await runTool('doctor', ['--url', 'nonsense']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--url must be http:// or https://');
    expect(stderr).toContain('Usage: ergodrive doctor');
  });

  it('asks for no password without a terminal', async () => {
    const { code, stderr } = await runTool('doctor', [...URL_OF_SERVICE, '--admin-email', 'a@example.com']);
    expect(code).toBe(2);
    expect(stderr).toContain('DOCTOR_ADMIN_PASSWORD');
  });

  it('asks for the password on a terminal and does not show it', async () => {
    const script = await serviceBinary({ names: ['script'], debianPackage: 'bsdutils' });
    const command = [
      `'${process.execPath}' --import ./test/support/typescript.register.mjs tools/doctor/main.ts`,
      '--url http://127.0.0.1:1 --admin-email a@example.com',
    ].join(' ');
    const running = promisify(execFile)(script, ['--quiet', '--return', '--command', command, '/dev/null']);
    // Typed when it is asked for: before that, the terminal itself would echo.
    running.child.stdout?.on('data', (chunk: string) => {
      if (chunk.includes('Password of')) running.child.stdin?.end('hunter22-secret\r');
    });
    const { code, stdout } = await running.then(
      () => ({ code: 0, stdout: '' }),
      (error: unknown) => error as { code: number; stdout: string },
    );
    expect(stdout).toContain('Password of a@example.com: ');
    expect(stdout).toContain('ECONNREFUSED');
    expect(stdout).not.toContain('hunter22');
    expect(code).toBe(3);
  });
});
