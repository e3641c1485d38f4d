import { Validator } from '@seriousme/openapi-schema-validator';
import type { ApiClient } from '../../support/app/api-client.js';

/** As much of JSON Schema, as OpenAPI 3.0 has it, as the tests walk through. */
export interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  oneOf?: Schema[];
  required?: string[];
  enum?: unknown[];
  default?: unknown;
  example?: unknown;
  additionalProperties?: boolean | Schema;
}

export interface MediaType {
  schema?: Schema;
  example?: unknown;
}

export interface Documented {
  description: string;
  content?: Record<string, MediaType>;
  headers?: Record<string, object>;
}

export interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security?: object[];
  parameters: { name: string; in: string; required?: boolean; schema: Schema; example?: unknown }[];
  requestBody?: { content: Record<string, MediaType> };
  responses: Record<string, Documented>;
  /** `GET /api/v1/users/{id}`: the key under which the document has it. */
  route: string;
}

/** The OpenAPI document that an app serves, its references resolved. */
export interface ApiDocument {
  /** What the OpenAPI 3.0 schema has against it. */
  errors: unknown;
  info: { title: string; description: string };
  tags: { name: string; description: string }[];
  security: object[];
  securitySchemes: Record<string, object>;
  operations: Operation[];
}

interface RawDocument extends Pick<ApiDocument, 'info' | 'tags' | 'security'> {
  paths: Record<string, Record<string, Omit<Operation, 'route'>>>;
  components: { securitySchemes: Record<string, object> };
}

export async function readApiDocument(client: ApiClient): Promise<ApiDocument> {
  const { body } = await client.get('/api/docs-json');
  const validator = new Validator();
  const { errors } = await validator.validate(body);
  const { info, tags, security, paths, components } = validator.resolveRefs() as unknown as RawDocument;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      route: `${method.toUpperCase()} ${path}`,
    })),
  );
  return { errors, info, tags, security, securitySchemes: components.securitySchemes, operations };
}
