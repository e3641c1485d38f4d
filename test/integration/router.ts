import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Four characters of drawing a level, then a piece of the path, then the methods if a route ends here. */
const LINE = /^((?:[│ ] {3})*)[├└]── (\S+)(?: \((.+)\))?$/;

/** Every `METHOD /path` that Fastify's own router knows, by whatever it was registered. */
export function routesOf(app: NestFastifyApplication): string[] {
  const tree = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  const pieces: string[] = [];
  const routes: string[] = [];
  for (const line of tree.split('\n').filter((text) => text !== '')) {
    const [, indent = '', piece = '', methods] = LINE.exec(line) ?? [];
    if (piece === '') throw new Error(`a line of the router's tree cannot be read: ${line}`);
    const depth = indent.length / 4;
    pieces.splice(depth, pieces.length, piece);
    for (const method of methods?.split(', ') ?? []) routes.push(`${method} ${pieces.join('')}`);
  }
  return routes.sort();
}
