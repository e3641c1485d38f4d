import fastify from 'fastify';
import type { MediaType, Schema } from './api-docs-document.js';

interface Check {
  (value: unknown): boolean;
  errors?: { instancePath: string; message?: string }[] | null;
}

/** Says what a schema has against a value: one line for each objection, none if the value is valid. */
export type SchemaJudge = (schema: Schema, value: unknown) => string[];

/**
 * Validates with Fastify's own compiler, changing nothing in the value. Members that the schema does not name
 * are objections too: what is not documented is not answered.
 */
export async function createSchemaJudge(): Promise<SchemaJudge> {
  const customOptions = { strict: false, coerceTypes: false, removeAdditional: false, useDefaults: false };
  const app = fastify({ ajv: { customOptions: { ...customOptions, allErrors: true } } });
  app.post('/', { schema: { body: {} } }, () => '');
  await app.ready();
  const compile = app.validatorCompiler as (route: { schema: Schema }) => Check;
  return (schema, value) => {
    const check = compile({ schema: closed(schema) });
    if (check(value)) return [];
    return (check.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`);
  };
}

/** What a reader of the document sees as the example of this media type. */
export function exampleOf({ example, schema }: MediaType): unknown {
  return example ?? (schema && exampleOfSchema(schema));
}

/** The example of a value put together from its members', as Swagger UI does; optional ones may have none. */
export function exampleOfSchema(schema: Schema): unknown {
  const given = schema.example ?? schema.default ?? schema.enum?.[0];
  if (given !== undefined) return given;
  if (schema.items) return [exampleOfSchema(schema.items)];
  if (!schema.properties) return undefined;
  const members = Object.entries(schema.properties).map(([name, member]) => [name, exampleOfSchema(member)]);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as unknown;
}

function closed(schema: Schema): Schema {
  const { properties, items, oneOf } = schema;
  return {
    ...schema,
    ...(items && { items: closed(items) }),
    ...(oneOf && { oneOf: oneOf.map(closed) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, member]) => [name, closed(member)]),
      ),
      additionalProperties: schema.additionalProperties ?? false,
    }),
  };
}
