/** One command of `ergodrive`. */
interface Command {
  /** For the usage. */
  readonly about: string;
  /** The script, from the folder of the package. */
  readonly script: string;
  /** Whether the script has arguments, and answers `--help` itself. */
  readonly hasArguments: boolean;
}

/** What `ergodrive` can do, by the name of the command. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  start: { about: 'starts the service (also without a command)', script: 'app/main.js', hasArguments: false },
  migrate: {
    about: 'applies the migrations to DATABASE_URL, and ends',
    script: 'app/migrate.js',
    hasArguments: false,
  },
  keys: { about: 'makes and rotates signing keys', script: 'app/keys-cli.js', hasArguments: true },
  clients: {
    about: 'makes and checks the file of OAuth clients',
    script: 'app/clients-cli.js',
    hasArguments: true,
  },
  import: {
    about: 'imports accounts, with password hashes of other systems',
    script: 'app/import-cli.js',
    hasArguments: true,
  },
  export: {
    about: 'writes all accounts, with their password hashes, to a file',
    script: 'app/export-cli.js',
    hasArguments: true,
  },
  doctor: { about: 'examines a running deployment', script: 'tools/doctor.js', hasArguments: true },
  load: { about: 'sends load to a deployment on this machine', script: 'tools/load.js', hasArguments: true },
};

export const USAGE = `Usage: ergodrive [COMMAND] [options]

${Object.entries(COMMANDS)
  .map(([name, { about }]) => `  ${name.padEnd(8)}  ${about}`)
  .join('\n')}

ergodrive COMMAND --help shows the options of a command. start and migrate have none: their configuration is in the environment, or in the
file .env of the working directory. All variables: https://github.com/ergodrive/ergodrive-backend/blob/main/docs/configuration.md`;
