import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Express } from 'express';
import { errorReply } from './api/reply.js';
import { ApiError } from './errors.js';

/** Room for an address of 8 KiB and the headers beside it. */
const MOST_HEADER_BYTES = 16_384;

/** Serves the app at the address; port 0 takes a free one. */
export async function listen(app: Express, host: string, port: number): Promise<Server> {
  const server = createServer({ maxHeaderSize: MOST_HEADER_BYTES }, app);
  server.on('clientError', answerUnreadable);
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

/** Accepts nothing more and waits for the requests that are being answered. */
export const close = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeIdleConnections();
  });

/** Answers what is not HTTP, or too long for it, in the shape of every other failure. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const isTooLong = error.code === 'HPE_HEADER_OVERFLOW';
  const failure = isTooLong
    ? new ApiError('too_large', 'the address and headers are too long; send the parameters by POST')
    : new ApiError('malformed_request', 'this is not an HTTP request');
  const { status, headers, body } = errorReply(undefined, failure, 'xml');
  const lines = Object.entries({ ...headers, 'Content-Length': Buffer.byteLength(body), Connection: 'close' });
  socket.end(`HTTP/1.1 ${status} Error\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`);
}
