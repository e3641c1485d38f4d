import 'reflect-metadata';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../config/load-config.js';
import { MailCatalogs } from './mail-catalogs.js';

describe('the files of MAIL_CATALOGS_DIR', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'catalogs-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  const load = () => new MailCatalogs(loadConfig({ MAIL_CATALOGS_DIR: folder }));
  const file = new URL('./catalogs/de.json', import.meta.url);
  const german = () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

  it('replace texts, and leave the others', () => {
    write('en.json', { mails: { password_changed: { subject: 'Changed' } } });
    const catalogs = load();
    const { texts } = catalogs.choose('password_changed', []);
    const body: unknown = expect.arrayContaining(['[This was not me](not_me)']);
    expect(texts).toMatchObject({ subject: 'Changed', body });
    expect(catalogs.choose('reset_password', []).texts.subject).toBe('Set a new password');
  });

  it('add a language, whose missing mails stay in the next language of the reader', () => {
    const { mails, ...common } = german();
    write('fr.json', { ...common, mails: { invitation: (mails as Record<string, unknown>)['invitation'] } });
    mkdirSync(join(folder, '..data'));
    const catalogs = load();
    expect(catalogs.choose('invitation', ['fr-CA', 'de']).language).toBe('fr');
    expect(catalogs.choose('reset_password', ['fr', 'de']).language).toBe('de');
  });

  const reset = (body: unknown) => ({ mails: { reset_password: { body } } });

  it.each([
    ['en.json', '{"greeting": ', 'must be a JSON object'],
    ['en.json', [], 'must be a JSON object'],
    ['en.json', { greting: 'Hi {name}' }, 'has the unknown key greting'],
    ['en.json', { greeting: '' }, 'needs the text greeting'],
    ['en.json', { greeting: 'Hi {link},' }, 'uses the unknown placeholder link in greeting'],
    ['en.json', { mails: [] }, 'has mails that are no object'],
    ['en.json', { mails: { resetpassword: {} } }, 'has the unknown key mails.resetpassword'],
    ['en.json', { mails: { reset_password: { text: '' } } }, 'has the unknown key mails.reset_password.text'],
    [
      'en.json',
      { mails: { reset_password: { subject: 'a\nb' } } },
      'needs the text mails.reset_password.subject, in one line',
    ],
    ['en.json', reset('[a](link) {validity}'), 'needs the list of paragraphs mails.reset_password.body'],
    ['en.json', reset(['{validity}']), 'lacks the placeholder link in mails.reset_password'],
    ['en.json', reset(['[Go](link)']), 'lacks the placeholder validity in mails.reset_password'],
    [
      'en.json',
      reset(['[Go](link) {validity} {role}']),
      'uses the unknown placeholder role in mails.reset_password',
    ],
    ['fr.json', { greeting: 'Bonjour {name},' }, 'needs the text greeting_without_name'],
    ['french.json', {}, 'must be named by a language, such as fr.json'],
    ['notes.txt', '', 'must be named by a language, such as fr.json'],
    ['en.json', '', 'must not be empty'],
  ])('stop the start: %s with %j %s', (name, content, words) => {
    write(name, content);
    expect(load).toThrow(`MAIL_CATALOGS_DIR: ${name} ${words}`);
  });

  it('must be in a folder that can be read', () => {
    folder = join(folder, 'absent');
    expect(load).toThrow('MAIL_CATALOGS_DIR must be a folder that can be read (ENOENT)');
    mkdirSync(folder);
  });
});
