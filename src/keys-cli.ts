import { UsageError } from './common/command-line.js';
import { ASYMMETRIC_ALGORITHMS, type AsymmetricAlgorithm } from './config/jwk.js';
import type { SigningKey } from './config/signing-key.js';
import { KeyFile } from './keys/key-file.js';

const USAGE = `Usage: ergodrive keys COMMAND FILE (here: npm run keys -- COMMAND FILE)

Makes and rotates the file of SIGNING_KEYS_FILE. Instances read it at their start. Documentation: docs/keys.md

  create FILE [ES256|RS256]           a new file with one new key
  create-beside-hs256 FILE [ES256|RS256]
                                      a new file in which JWT_SECRET signs and a new key verifies
  add FILE [ES256|RS256]              a new last key, which verifies and does not sign
  promote FILE                        move the last key to the front, where it signs
  remove FILE KID                     remove a key that does not sign; HS256 is the kid of JWT_SECRET
  list FILE                           show what each key does

ES256 is the default.`;

const COMMANDS: Record<string, (file: KeyFile, argument: string | undefined) => void> = {
  create: (file, argument) => file.create(algorithmOf(argument)),
  'create-beside-hs256': (file, argument) => file.createBesideSecret(algorithmOf(argument)),
  add: (file, argument) => file.add(algorithmOf(argument)),
  promote: (file) => file.promote(),
  remove: (file, argument) => {
    if (argument === undefined) throw new UsageError('KID is missing');
    file.remove(argument);
  },
  list: () => undefined,
};

function run([name = '', path, argument, ...others]: string[]): void {
  if (name === '--help') {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined || path === undefined || others.length > 0)
    throw new UsageError('COMMAND FILE is wrong');
  const file = new KeyFile(path);
  command(file, argument);
  process.stdout.write(file.keys().map(lineOf).join(''));
}

function algorithmOf(argument = 'ES256'): AsymmetricAlgorithm {
  const algorithm = ASYMMETRIC_ALGORITHMS.find((name) => name === argument);
  if (algorithm === undefined) throw new UsageError(`The algorithm must be ES256 or RS256`);
  return algorithm;
}

function lineOf(key: SigningKey, index: number): string {
  const action = index === 0 ? 'signs   ' : 'verifies';
  if (key.algorithm !== 'HS256') return `${action} ${key.algorithm} ${key.kid}\n`;
  const end =
    key.acceptedUntil === undefined ? '' : ` until ${new Date(key.acceptedUntil * 1000).toISOString()}`;
  return `${action} HS256 by JWT_SECRET${end}\n`;
}

try {
  run(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError ? `\n\n${USAGE}` : '';
  process.stderr.write(`${(error as Error).message}${usage}\n`);
  process.exitCode = 1;
}
