import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificates, type Certificates } from './certificates.js';

const MAX_BODY_BYTES = 1024 * 1024;

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One of the APIs: undefined when the request is none of its own. */
export type FakeApi = (request: FakeRequest) => FakeAnswer | undefined;

/** Something that goes wrong with requests. */
export interface Fault {
  /** The requests, as `POST /api/v1/jobs`. */
  readonly on: RegExp;
  /** How many of them; all when absent. */
  times?: number;
  /** How many go well first. */
  skip?: number;
  /**
   * - `drop`: the connection is cut before anything is done
   * - `drop after`: it is done, and then the connection is cut
   * - `truncate`: only half of the answer comes, and the connection is cut
   * - a number: the answer comes so many milliseconds later; a promise: when that resolves
   * - an answer: it comes in place of the right one, and nothing is done
   * - a function: what it makes of the right answer comes; if that is nothing, no answer does
   */
  readonly how: 'drop' | 'drop after' | 'truncate' | number | Promise<void> | FakeAnswer | ((answer: FakeAnswer) => FakeAnswer | undefined);
}

/** An HTTPS server on 127.0.0.1 that counts what it is asked and fails where it is told to. */
export class FakeServer {
  /** Every request, as `POST /api/v1/jobs`, without its query. */
  readonly log: string[] = [];
  /** Every request in full. */
  readonly requests: FakeRequest[] = [];
  readonly faults: Fault[] = [];

  private constructor(
    private readonly server: Server,
    readonly certificates: Certificates,
    private readonly apis: readonly FakeApi[],
  ) {}

  /** Starts one with a certificate of its own, which is for 127.0.0.1 wherever it listens. */
  static async start(apis: readonly FakeApi[], address = '127.0.0.1', port = 0): Promise<FakeServer> {
    const certificates = await makeCertificates();
    const server = createServer({ cert: certificates.certificate, key: certificates.key });
    const fake = new FakeServer(server, certificates, apis);
    server.on('request', (request, response) => void fake.answer(request, response));
    server.listen(port, address);
    await once(server, 'listening');
    return fake;
  }

  /** Scheme, host and port. */
  get origin(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `https://${address}:${port}`;
  }

  get caFile(): string {
    return this.certificates.caFile;
  }

  /** How many requests match. */
  count(pattern: RegExp): number {
    return this.log.filter((line) => pattern.test(line)).length;
  }

  /** Forgets the requests and the faults. */
  reset(): void {
    this.log.length = 0;
    this.requests.length = 0;
    this.faults.length = 0;
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await this.certificates.remove();
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming).catch(() => undefined);
    if (!request) return void incoming.socket.destroy();
    const line = `${request.method} ${request.path}`;
    this.log.push(line);
    this.requests.push(request);
    const how = this.faultFor(line);
    if (how === 'drop') return void incoming.socket.destroy();
    if (how instanceof Promise) await how;
    else if (typeof how === 'object') return write(response, how);
    if (typeof how === 'number') await sleep(how, undefined, { ref: false });
    const right = this.apis.map((api) => api(request)).find((answer) => answer !== undefined) ?? { status: 404 };
    if (how === 'drop after') return void incoming.socket.destroy();
    const answer = typeof how === 'function' ? how(right) : right;
    if (!answer) return;
    if (how !== 'truncate') return write(response, answer);
    const { body = '' } = answer;
    response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(body) + 1 });
    response.write(body.slice(0, Math.ceil(body.length / 2)), () => incoming.socket.destroy());
  }

  private faultFor(line: string): Fault['how'] | undefined {
    const fault = this.faults.find(({ on, times }) => on.test(line) && times !== 0);
    if (fault?.skip) {
      fault.skip--;
      return undefined;
    }
    if (fault?.times !== undefined) fault.times--;
    return fault?.how;
  }
}

function write(response: ServerResponse, { status, headers = {}, body = '' }: FakeAnswer): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

async function readRequest(incoming: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('too large');
    chunks.push(chunk);
  }
  const { pathname: path, searchParams: query } = new URL(incoming.url ?? '/', 'https://127.0.0.1');
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  return { method: incoming.method ?? 'GET', path, query, headers, body: Buffer.concat(chunks).toString('utf8') };
}
