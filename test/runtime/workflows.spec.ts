import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

// Jest runs from the project's root.
const read = (folder: string, file = '') =>
  readdirSync(join(process.cwd(), folder)).map((name) => ({
    name,
    text: readFileSync(join(process.cwd(), folder, name, file), 'utf8'),
  }));
const workflows = read('.github/workflows');
const actions = read('.github/actions', 'action.yml');

/** A workflow of this repository, or the commit of an action with its version: a tag can be moved to other code. */
const PINNED = /^uses: (\.\/\S+|[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/;

/** No pull request waits longer for a job. */
const LONGEST_JOB_MINUTES = 20;

interface Workflow {
  jobs: Record<string, { needs?: string[]; 'timeout-minutes'?: number }>;
}

describe.each([...workflows, ...actions])('the workflow or action $name', ({ text }) => {
  it('names each action by its commit', () => {
    const uses = text.match(/\buses:.*$/gm);
    expect(uses).not.toBeNull();
    expect(uses!.filter((line) => !PINNED.test(line))).toEqual([]);
  });
});

describe('the workflow of each push and pull request', () => {
  const { required, ...others } = (parse(workflows.find(({ name }) => name === 'ci.yml')!.text) as Workflow)
    .jobs;

  it('has one last job that needs all others', () => expect(required?.needs).toEqual(Object.keys(others)));

  it('ends each job within 20 minutes', () => {
    for (const job of Object.values(others))
      expect(job['timeout-minutes']).toBeLessThanOrEqual(LONGEST_JOB_MINUTES);
  });
});

describe.each(workflows)('the workflow $name', ({ text }) => {
  it('lets its jobs only read unless a job asks for more', () => {
    const [, permissions] = /^permissions:(.*(?:\n +.*)*)$/m.exec(text) ?? [];
    expect(permissions?.trim()).toMatch(/^(\{\}|contents: read)$/);
  });

  it('leaves no token in the checkout', () => {
    const checkouts = text.split(/uses: actions\/checkout@.*\n/).slice(1);
    expect(checkouts.filter((rest) => !/^ +with:\n +persist-credentials: false\n/.test(rest))).toEqual([]);
  });
});
