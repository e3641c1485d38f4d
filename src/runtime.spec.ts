import { readFile } from 'node:fs/promises';

const read = (name: string): Promise<string> => readFile(new URL(`../${name}`, import.meta.url), 'utf8');

describe("node's options", () => {
  it('are the same however the application is started', async () => {
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
    const { start = '' } = scripts;
    const image = /^CMD (\[.*\])$/m.exec(await read('Dockerfile'))?.[1] ?? '[]';
    const guide = (await read('README.md')).replaceAll(/\s+/g, ' ');

    expect(start).toMatch(/^node --min-semi-space-size=\d+ --max-semi-space-size=\d+ dist\/main\.js$/);
    expect(scripts['start:prod']).toBe(start);
    expect((JSON.parse(image) as string[]).join(' ')).toBe(start);
    expect(guide).toContain(`\`${start}\``);
  });
});
