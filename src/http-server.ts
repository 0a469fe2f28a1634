import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Express } from 'express';
import { formatAskedIn } from './api/app.js';
import { errorReply, formatOf } from './api/reply.js';
import { ApiError } from './errors.js';
import type { Log } from './log.js';

/** Room for an address of 8 KiB and the headers beside it. */
const MOST_HEADER_BYTES = 16_384;
/** Longer than clients and proxies commonly keep idle connections: whoever closes first must not be the one that is being written to. */
const IDLE_MS = 75_000;

/** Serves the app at the address; port 0 takes a free one. */
export async function listen(app: Express, host: string, port: number, log: Log): Promise<Server> {
  const server = createServer({ maxHeaderSize: MOST_HEADER_BYTES, keepAliveTimeout: IDLE_MS }, app);
  server.on('clientError', (error: UnreadableError, socket) => answerUnreadable(error, socket as Socket, log));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Error(`${host}:${port} is in use; set http.port (HTTP_PORT) to another`) : error);
    });
    server.listen(port, host, resolve);
  });
  return server;
}

/** Where clients find the API. */
export function endpointOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/client/api`;
}

/** Accepts nothing more and waits for the requests that are being answered, but no longer than `graceMs`. */
export async function close(server: Server, graceMs: number): Promise<void> {
  const late = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(late);
}

interface UnreadableError extends NodeJS.ErrnoException {
  /** What had arrived, as far as the parser had it. */
  rawPacket?: Buffer;
}

/** Answers what is not HTTP, too long or too slow for it, in the shape of every other failure. */
function answerUnreadable(error: UnreadableError, socket: Socket, log: Log): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const failure = unreadable(error.code);
  const [firstLine = ''] = (error.rawPacket?.toString('latin1') ?? '').split('\r\n', 1);
  const { status, headers, body } = errorReply(undefined, failure, formatOf(formatAskedIn(firstLine)), false);
  const lines = Object.entries({ ...headers, 'Content-Length': Buffer.byteLength(body), Connection: 'close' });
  socket.end(`HTTP/1.1 ${status} Error\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`);
  log('info', 'request', { remote: socket.remoteAddress, status, failure: failure.kind });
}

function unreadable(code: string | undefined): ApiError {
  if (code === 'HPE_HEADER_OVERFLOW') return new ApiError('too_large', 'the address and headers are too long; send the parameters by POST');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new ApiError('malformed_request', 'the request did not arrive in time');
  return new ApiError('malformed_request', 'this is not an HTTP request; everything in the address must be percent-encoded');
}
