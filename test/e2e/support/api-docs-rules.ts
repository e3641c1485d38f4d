import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import spectralCore, { type RulesetDefinition } from '@stoplight/spectral-core';
import spectralRulesets from '@stoplight/spectral-rulesets';
import { parse } from 'yaml';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../../support/files/temporary-directory.js';

const REDOCLY = join(createRequire(import.meta.url).resolve('@redocly/cli/package.json'), '../bin/cli.js');

/** What redocly objects to under `redocly.yaml`, errors and warnings alike: one line for each. */
export async function redoclyObjections(document: unknown): Promise<string[]> {
  const folder = await makeTemporaryDirectory('redocly');
  const file = join(folder, 'openapi.json');
  await writeFile(file, JSON.stringify(document, null, 2));
  // Neither usage data nor a look for updates: both need the internet.
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const args = [REDOCLY, 'lint', file, '--config=redocly.yaml', '--format=json', '--max-problems=1000'];
  // It exits with 1 when there are errors, and the report is the same.
  const { stdout } = await promisify(execFile)(process.execPath, args, { env }).catch(
    (error: unknown) => error as { stdout: string },
  );
  await removeTemporaryDirectory(folder);
  const { problems } = JSON.parse(stdout) as { problems: RedoclyProblem[] };
  return problems.map(
    ({ severity, ruleId, message, location: [place] }) =>
      `${severity} ${ruleId} ${place?.pointer ?? ''}: ${message}`,
  );
}

interface RedoclyProblem {
  severity: string;
  ruleId: string;
  message: string;
  location: { pointer?: string }[];
}

/** What spectral objects to under `.spectral.yaml`, of every severity: one line for each. */
export async function spectralObjections(document: unknown): Promise<string[]> {
  const file = parse(await readFile('.spectral.yaml', 'utf8')) as { extends: unknown; rules: object };
  if (JSON.stringify(file.extends) !== '[["spectral:oas","recommended"]]')
    throw new Error('.spectral.yaml extends other rules than these tests load');
  const ruleset = { ...file, extends: [[spectralRulesets.oas, 'recommended']] } as RulesetDefinition;
  const spectral = new spectralCore.Spectral();
  spectral.setRuleset(ruleset);
  const objections = await spectral.run(JSON.stringify(document));
  return objections.map(({ code, path, message }) => `${code} ${path.join('.')}: ${message}`);
}
