import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Jest runs from the project's root.
const FOLDER = join(process.cwd(), '.github/workflows');
const workflows = readdirSync(FOLDER).map((name) => ({
  name,
  text: readFileSync(join(FOLDER, name), 'utf8'),
}));

/** A workflow of this repository, or the commit of an action with its version: a tag can be moved to other code. */
const PINNED = /^uses: (\.\/\S+|[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/;

describe.each(workflows)('the workflow $name', ({ text }) => {
  it('names each action by its commit', () => {
    const uses = text.match(/\buses:.*$/gm);
    expect(uses).not.toBeNull();
    expect(uses!.filter((line) => !PINNED.test(line))).toEqual([]);
  });

  it('gives its jobs no more than reading unless a job asks for it', () => {
    const [, permissions] = /^permissions:(.*(?:\n +.*)*)$/m.exec(text) ?? [];
    expect(permissions?.trim()).toMatch(/^(\{\}|contents: read)$/);
  });

  it('leaves no token in the checkout', () => {
    const checkouts = text.split(/uses: actions\/checkout@.*\n/).slice(1);
    const withToken = checkouts.filter((rest) => !/^ +with:\n +persist-credentials: false\n/.test(rest));
    expect(withToken).toEqual([]);
  });
});
