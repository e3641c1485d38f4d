import { api, type ApiClient, type ApiResponse, type JsonBody } from '../../support/app/api-client.js';
import type { AppProcess } from '../../support/app/app-process.js';
import { readApiDocument, type ApiDocument, type Operation } from './api-docs-document.js';
import { createSchemaJudge, type SchemaJudge } from './api-docs-schemas.js';

export interface DocumentedRequest {
  /** What stands for `{id}` in the path. */
  id?: string;
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Calls operations as the document names them, and holds each answer against what the document says of it. */
export class DocumentedClient {
  /** A client without a token. */
  static async of({ url }: AppProcess): Promise<DocumentedClient> {
    const client = api(url);
    return new DocumentedClient(client, await readApiDocument(client), await createSchemaJudge());
  }

  private constructor(
    private readonly client: ApiClient,
    private readonly document: ApiDocument,
    private readonly judge: SchemaJudge,
  ) {}

  as(token: string): DocumentedClient {
    return new DocumentedClient(this.client.as(token), this.document, this.judge);
  }

  /** The statuses of the answers to the requests, one after the other. */
  async statuses(route: string, ...requests: DocumentedRequest[]): Promise<number[]> {
    const seen: number[] = [];
    for (const request of requests) seen.push((await this.call(route, request)).status);
    return seen;
  }

  /** @throws Error when the answer's status, media type, body or code is not in the document */
  async call<Body = JsonBody>(route: string, request: DocumentedRequest = {}): Promise<ApiResponse<Body>> {
    const operation = this.document.operations.find((candidate) => candidate.route === route);
    if (!operation) throw new Error(`${route} is not in the document`);
    const { id = '', query = {}, body, headers } = request;
    const [method = '', path = ''] = route.replace('{id}', encodeURIComponent(id)).split(' ');
    const search = new URLSearchParams(query).toString();
    const response = await this.client.send<Body>(method, search ? `${path}?${search}` : path, {
      body,
      headers,
    });
    const objections = this.objections(operation, response);
    if (objections.length > 0) throw new Error(`${route} → ${response.status}: ${objections.join('; ')}`);
    return response;
  }

  private objections({ responses }: Operation, { status, headers, body }: ApiResponse<unknown>): string[] {
    const documented = responses[status];
    if (!documented) return ['the status is not documented'];
    if (status < 300 && !documented.content) return body === '' ? [] : ['a body that is not documented'];
    const [mediaType = 'none'] = headers['content-type']?.split(';') ?? [];
    const schema = documented.content?.[mediaType]?.schema;
    if (!schema) return [`the media type ${mediaType} is not documented`];
    return [...this.judge(schema, body), ...this.objectionsToCode(mediaType, body)];
  }

  private objectionsToCode(mediaType: string, body: unknown): string[] {
    if (mediaType !== 'application/problem+json') return [];
    const { code } = body as { code: string };
    return this.document.info.description.includes(`\`${code}\``) ? [] : [`the introduction omits ${code}`];
  }
}
