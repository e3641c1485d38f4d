import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../../support/files/temporary-directory.js';
import { type Outcome, runCommand, succeed } from './npm.js';
import type { Registry } from './registry.js';

/** How long a test may take in which npm installs hundreds of packages. */
export const INSTALL_MS = 400_000;

/** A project of somebody else, in a folder of its own. */
export class Project {
  private constructor(readonly folder: string) {}

  /** An empty folder, in which npm finds the packages of this repository in `registry`. */
  static async create(registry: Registry): Promise<Project> {
    const project = new Project(await makeTemporaryDirectory('project'));
    await project.write({ '.npmrc': `${registry.npmrc}audit=false\nfund=false\nupdate-notifier=false\n` });
    return project;
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
  }

  install(...packages: string[]): Promise<string> {
    return this.succeed('npm', 'install', ...packages);
  }

  /** @returns what the command printed @throws Error when it fails */
  succeed(command: string, ...args: string[]): Promise<string> {
    return succeed(this.folder, command, args);
  }

  run(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome> {
    return runCommand(this.folder, command, args, env);
  }

  remove(): Promise<void> {
    return removeTemporaryDirectory(this.folder);
  }
}
