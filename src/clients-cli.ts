import { readFileSync } from 'node:fs';
import { addEntry, hashText } from './clients/clients-file.editor.js';
import { readClientsFile } from './clients/clients-file.js';
import { isStrongSecret, SECRET_RULE } from './clients/client-secret.js';
import { parseCommandLine, runReporting, UsageError } from './common/command-line.js';

const USAGE = `Usage: ergodrive clients COMMAND (here: npm run clients -- COMMAND)

Makes and checks the file of CLIENTS_FILE, which describes OAuth clients. Documentation: docs/oauth.md

  create --id ID --name NAME [--scopes A,B] [--file FILE] [--secret-file PATH]
                       make an entry with a new secret. The secret is printed, this once, or is written
                       to the new file PATH. The entry is added to FILE, whose comments stay, or printed
  check FILE [--without-secret-files]
                       say what the service would refuse; without the files of secret_file where they
                       are not on this machine
  hash                 read a secret from the standard input, and print its secret_hash

Ends with 0, with 1 when something is refused, and with 2 for wrong arguments.`;

const COMMANDS: Record<string, (args: string[]) => string> = {
  create: (args) => {
    const { values } = parseCommandLine({
      args,
      options: {
        id: { type: 'string' },
        name: { type: 'string' },
        scopes: { type: 'string' },
        file: { type: 'string' },
        'secret-file': { type: 'string' },
      },
    });
    const { id, name, scopes, file, 'secret-file': secretFile } = values;
    if (id === undefined || name === undefined) throw new UsageError('create needs --id and --name');
    const { secret, text } = addEntry({ id, name, scopes: scopes?.split(','), secretFile }, file);
    const shown = secretFile === undefined ? `client_secret=${secret}\n` : '';
    return `client_id=${id}\n${shown}${file === undefined ? `\n${text}` : ''}`;
  },
  check: (args) => {
    const options = { 'without-secret-files': { type: 'boolean' } } as const;
    const { values, positionals } = parseCommandLine({ args, options, allowPositionals: true });
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) throw new UsageError('check needs one FILE');
    const { entries } = readClientsFile(file, values['without-secret-files'] !== true);
    return `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}, nothing wrong\n`;
  },
  hash: (args) => {
    if (args.length > 0)
      throw new UsageError('hash has no arguments: the secret comes by the standard input');
    const secret = readFileSync(0, 'utf8').replace(/[\r\n]+$/, '');
    if (!isStrongSecret(secret)) throw new Error(`The standard input ${SECRET_RULE}`);
    return `${hashText(secret)}\n`;
  },
};

function run([name = '', ...args]: string[]): string {
  if (['--help', '-h', 'help'].includes(name) || args.includes('--help')) return `${USAGE}\n`;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageError('The command must be create, check or hash');
  return command(args);
}

await runReporting(USAGE, () => {
  process.stdout.write(run(process.argv.slice(2)));
});
