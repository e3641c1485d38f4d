import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { CLOSE } from '../../src/live/close-codes.js';
import { AppProcess } from '../support/app/app-process.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../support/files/temporary-directory.js';

/** For some starts of Node.js on a busy machine. */
const TIMEOUT_MS = 100_000;
const TEXT = readFileSync('docs/live-channel.md', 'utf8');

/** Code blocks of one language, in the order of the text. */
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code ?? '');

/** What differs from run to run. */
const generalised = (output: string) =>
  output
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replace(/"request_id":"[^"]+"/g, '"request_id":"<id>"')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\}\{/g, '}\n{');

describe('the document of the live channel', () => {
  it('has every close code', () => {
    for (const code of Object.values(CLOSE)) expect(TEXT).toContain(`\n| ${code} | `);
  });

  it('shows a story of two devices whose commands print the output that it shows', async () => {
    const walkthrough = readFileSync('docs/walkthrough.md', 'utf8');
    const story = walkthrough.slice(walkthrough.indexOf('## Two devices'));
    const script = blocks(story, 'bash').join('\n');
    const printed = [...story.matchAll(/^```(?:json|text)\n(.*?)^```/gms)].map(([, text]) => text ?? '');
    expect([blocks(story, 'bash').length, printed.length]).toEqual([5, 5]);
    const app = await AppProcess.start();
    const folder = await makeTemporaryDirectory('walkthrough');
    // A reader gives the phone a second, which is too little on a busy machine; and others may follow the same text beside this.
    const phone = `${folder}/phone`;
    const here = script
      .replaceAll('http://localhost:8000', app.url)
      .replaceAll('/tmp/', `${folder}/`)
      .replace('&\nsleep 1\n', `| tee ${phone} &\nuntil grep -qs established ${phone}; do sleep 0.1; done\n`);
    expect(here).toContain('until grep');
    const { stdout } = await promisify(execFile)('bash', ['-euc', here], { timeout: TIMEOUT_MS });
    await app.stop();
    await removeTemporaryDirectory(folder);
    // The laptop and the phone are two processes, whose lines come in any order.
    const lines = (text: string) => generalised(text).split('\n').filter(Boolean).sort();
    expect(lines(stdout.replace(/\}phone/g, '}\nphone'))).toEqual(lines(printed.join('')));
  }, 200_000);
});
