import { createServer, type ServerResponse } from 'node:http';

/**
 * Serves `HOST` and `PORT`: each path but that of the liveness probe answers 200 to an accepted bearer token, 401 to one that
 * is refused, and 503 when the check throws.
 */
export function serveBearers(isAccepted: (token: string) => Promise<boolean>): void {
  const statusOf = async (authorization = ''): Promise<number> => {
    try {
      return (await isAccepted(authorization.replace('Bearer ', ''))) ? 200 : 401;
    } catch {
      return 503;
    }
  };
  createServer(({ url, headers }, response) => {
    if (url === '/health/live') end(response, 200);
    else void statusOf(headers.authorization).then((status) => end(response, status));
  }).listen(Number(process.env['PORT']), process.env['HOST']);
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, status === 503 ? { 'retry-after': '1' } : {}).end();
}
