import { api } from '../support/app/api-client.js';
import { startDocumentedApp } from './support/api-docs-app.js';
import { redoclyObjections, spectralObjections } from './support/api-docs-rules.js';

interface Document {
  paths: Record<string, Record<string, { operationId?: string; tags?: string[] }>>;
}

describe('the OpenAPI document', () => {
  let document: Document;

  beforeAll(async () => {
    const app = await startDocumentedApp();
    ({ body: document } = await api(app.url).get<Document>('/api/docs-json'));
    await app.stop();
  });

  it.each([
    ['redocly', redoclyObjections],
    ['spectral', spectralObjections],
  ])("passes %s's recommended rules without an error or a warning", async (_, objectionsTo) => {
    expect(Object.keys(document.paths).length).toBeGreaterThan(10);
    await expect(objectionsTo(document)).resolves.toEqual([]);
  });

  it.each([
    ['redocly', redoclyObjections, 'error path-declaration-must-exist'],
    ['spectral', spectralObjections, 'operation-tags'],
  ])('fails the rules of %s when it has a defect', async (_, objectionsTo, rule) => {
    const defective = { ...document, paths: { ...document.paths, '/a/{}': { get: { responses: {} } } } };
    const objections = await objectionsTo(defective);
    expect(objections.filter((objection) => objection.startsWith(rule))).toHaveLength(1);
  });
});
