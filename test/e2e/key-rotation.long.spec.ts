import type { AppProcess } from '../support/app/app-process.js';
import { readFile } from 'node:fs/promises';
import type { Member } from './support/accounts.js';
import { headerOf } from './support/accounts.js';
import { Deployment } from './support/deployment.js';
import { expectProblem } from './support/expectations.js';
import { keyFile, runKeys } from './support/key-files.js';
import { PATIENT } from '../support/app/patient.js';
import { RollingLoad } from './support/rolling-load.js';

const SESSIONS = 12;
const LONG_MS = 300_000;

/** The steps of docs/keys.md, in their order, while sessions send requests to two instances. */
describe('a rotation of keys under load', () => {
  let deployment: Deployment<AppProcess>;
  let load: RollingLoad;
  let file: string;

  beforeAll(async () => {
    deployment = await Deployment.ofProcesses({ instances: [PATIENT, PATIENT] });
    load = new RollingLoad(deployment);
    file = await keyFile();
    await load.start(SESSIONS);
  });
  afterAll(async () => {
    await load.stop();
    await deployment.stop();
  });

  const kids = async (): Promise<string[]> => {
    const { keys } = JSON.parse(await readFile(file, 'utf8')) as { keys: { kid?: string; alg: string }[] };
    return keys.map(({ kid, alg }) => kid ?? alg);
  };
  const published = async (instance: number) => {
    const { body } = await deployment
      .client(instance)
      .get<{ keys: { kid: string }[] }>('/.well-known/jwks.json');
    return body.keys.map(({ kid }) => kid);
  };
  /** A step: the command, and a restart of one instance after the other. No request may fail. */
  const step = async (...command: string[]) => {
    await runKeys(...command);
    await load.restartAll({ SIGNING_KEYS_FILE: file });
    expect(load.failures).toEqual([]);
  };
  const memberBy = async (signer: string): Promise<Member> => {
    const member = await deployment.accounts().signUp();
    const { alg, kid = alg } = headerOf(member.tokens.access_token);
    expect(kid).toBe(signer);
    return member;
  };
  const expectRetired = async ({ tokens, client }: Member) => {
    for (const instance of [0, 1]) {
      const caller = deployment.client(instance).as(tokens.access_token);
      expectProblem(await caller.get('/api/v1/users/me'), 401, 'token_invalid');
    }
    // The session goes on: its client refreshes, as after any other 401.
    const { body } = await deployment.accounts().refresh(tokens.refresh_token);
    const { status } = await client.as(body.access_token).get('/api/v1/users/me');
    expect(status).toBe(200);
  };

  it(
    'fails no request when it moves from HS256 to a key pair',
    async () => {
      const old = await memberBy('HS256');
      await step('create-beside-hs256', file, 'ES256');
      const [, first = ''] = await kids();
      expect(await Promise.all([0, 1].map(published))).toEqual([[first], [first]]);
      await load.everySessionHas('HS256');
      await step('promote', file);
      await load.everySessionHas(first);
      await step('remove', file, 'HS256');
      await expectRetired(old);
    },
    LONG_MS,
  );

  it(
    'fails no request when it replaces one key pair by another',
    async () => {
      const [first = ''] = await kids();
      const old = await memberBy(first);
      await step('add', file, 'RS256');
      const [, second = ''] = await kids();
      expect(await Promise.all([0, 1].map(published))).toEqual([
        [first, second],
        [first, second],
      ]);
      await load.everySessionHas(first);
      await step('promote', file);
      await load.everySessionHas(second);
      await step('remove', file, first);
      expect(await Promise.all([0, 1].map(published))).toEqual([[second], [second]]);
      await expectRetired(old);
    },
    LONG_MS,
  );

  it(
    'fails requests if a key signs before each instance has it',
    async () => {
      expect(load.failures).toEqual([]);
      await runKeys('add', file, 'ES256');
      await runKeys('promote', file);
      await load.restartAll({ SIGNING_KEYS_FILE: file });
      expect(load.failures).toContainEqual(
        expect.objectContaining({ body: expect.objectContaining({ code: 'token_invalid' }) }),
      );
    },
    LONG_MS,
  );
});
