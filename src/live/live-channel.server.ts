import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type ServerOptions, WebSocketServer } from 'ws';
import { whenAnswered } from '../http/pending-answers.js';
import { defectOfHead } from '../http/request-head.js';
import { offeredTokenOf } from '../http/token-carrier.js';
import { declineUpgrade } from './decline-upgrade.js';
import { LiveChannelService } from './live-channel.service.js';

const PATH = /^\/api\/v1\/ws\/session\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
/** The protocol that is spoken; a token may be offered beside it as `bearer.<access token>`. */
const PROTOCOL = 'ergodrive.v1';
const MAX_MESSAGE_BYTES = 8192;
/** Of a message, and pieces of the connection that wait for the rest of a frame: each costs some 300 bytes, however short it is. */
const MAX_FRAGMENTS = 16;
const MAX_CHUNKS = 64;
/** How long a client may take to answer the close. */
const CLOSE_TIMEOUT_MS = 2000;

const OPTIONS: ServerOptions & { closeTimeout: number } = {
  noServer: true,
  maxPayload: MAX_MESSAGE_BYTES,
  maxFragments: MAX_FRAGMENTS,
  maxBufferedChunks: MAX_CHUNKS,
  // Compression costs a buffer a socket, for messages of a few bytes.
  perMessageDeflate: false,
  clientTracking: false,
  closeTimeout: CLOSE_TIMEOUT_MS,
  handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
};

/** Accepts WebSocket upgrades at `/api/v1/ws/session/:session_id` (RFC 6455). The token never stands in the URL. */
@Injectable()
export class LiveChannelServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly sockets = new WebSocketServer(OPTIONS);

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly channels: LiveChannelService,
  ) {}

  onApplicationBootstrap(): void {
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server;
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      whenAnswered(socket, () => {
        // The timeout of an idle connection, which node sets after an answer.
        socket.setTimeout(0);
        if (!this.upgrade(request, socket, head)) declineUpgrade(server, request, socket, head);
      }),
    );
  }

  onApplicationShutdown(): void {
    this.sockets.close();
  }

  /** @returns whether it was a request for a live channel */
  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const [path] = (request.url ?? '').split('?');
    const sessionId = PATH.exec(path ?? '')?.[1];
    if (sessionId === undefined || request.headers.upgrade?.toLowerCase() !== 'websocket') return false;
    if (defectOfHead(request) !== undefined) return false;
    const token = offeredTokenOf(request);
    // The token was read; what is kept for the socket's life does not hold it.
    this.sockets.handleUpgrade(request, socket, head, (opened) =>
      this.channels.open(opened, sessionId, token),
    );
    return true;
  }
}
