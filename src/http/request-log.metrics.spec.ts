import type { FastifyInstance } from 'fastify';
import { register } from 'prom-client';
import { AppLogger } from '../common/app.logger.js';
import { loadConfig } from '../config/load-config.js';
import { createHttpServer } from './http-server.js';

const CONFIG = loadConfig({ NODE_ENV: 'test', LOG_LEVEL: 'silent' });
const NAME = 'ergodrive_http_request_duration_seconds';

describe('the metrics of requests', () => {
  let fastify: FastifyInstance;
  beforeEach(async () => {
    fastify = createHttpServer(CONFIG, new AppLogger(CONFIG.log)).getInstance();
    fastify.get('/users/:id', (request, reply) => {
      const { id } = request.params as { id: string };
      return reply.status(id === 'none' ? 404 : 200).send(id);
    });
    fastify.route({ method: ['POST', 'PUT'], url: '/both', handler: () => 'done' });
    await fastify.ready();
  });
  afterEach(() => fastify.close());

  const linesOf = async (suffix: string) => {
    const lines = (await register.metrics()).split('\n');
    return lines.filter((line) => line.startsWith(`${NAME}${suffix}`));
  };

  it('count by method, template of the route and class of the status', async () => {
    for (const id of ['1', '2', 'none']) await fastify.inject(`/users/${id}?secret=1`);
    await fastify.inject({ method: 'POST', url: '/both' });
    await fastify.inject({ method: 'PUT', url: '/both' });
    await expect(linesOf('_count')).resolves.toEqual([
      `${NAME}_count{method="GET",route="/users/:id",status="2xx"} 2`,
      `${NAME}_count{method="GET",route="/users/:id",status="4xx"} 1`,
      `${NAME}_count{method="POST",route="/both",status="2xx"} 1`,
      `${NAME}_count{method="PUT",route="/both",status="2xx"} 1`,
    ]);
  });

  it('have one label for all paths that no route takes, and for all unusual methods', async () => {
    for (let path = 0; path < 20; path += 1) await fastify.inject(`/no/${path}`);
    for (const method of ['PROPFIND', 'LOCK', 'TRACE'])
      await fastify.inject({ method: method as 'GET', url: `/no/${method}` });
    await fastify.inject('/%zz');
    await expect(linesOf('_count')).resolves.toEqual([
      `${NAME}_count{method="GET",route="unknown",status="4xx"} 21`,
      `${NAME}_count{method="other",route="unknown",status="4xx"} 3`,
    ]);
  });

  it('are a histogram whose buckets add up', async () => {
    await fastify.inject('/users/1');
    const buckets = await linesOf('_bucket');
    const counts = buckets.map((line) => Number(line.split(' ')[1]));
    expect(counts).toEqual([...counts].sort((one, other) => one - other));
    expect(buckets.at(-1)).toBe(`${NAME}_bucket{le="+Inf",method="GET",route="/users/:id",status="2xx"} 1`);
    const [sum] = await linesOf('_sum');
    expect(Number(sum?.split(' ')[1])).toBeGreaterThan(0);
    expect(await register.metrics()).toContain(`# TYPE ${NAME} histogram\n`);
  });
});
