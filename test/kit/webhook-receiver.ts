import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.js';
import { noteOpened } from './leaks.js';

/** A request as it came in. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A status with which a request is answered, `drop` to close the connection without an answer, or `never` to let it wait. */
export type Treatment = number | 'drop' | 'never';

/** Somebody who is told of events, on 127.0.0.1. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** How the next requests are treated; those beyond are confirmed. */
  readonly treatments: Treatment[] = [];
  /** Paths at which nobody is ever answered. */
  readonly silent = new Set<string>();
  /** What is answered beside the status. */
  answer = { text: 'thank you', headers: {} as Readonly<Record<string, string>> };
  private server: Server | undefined;
  private closed: () => void = () => undefined;

  /** Begins to listen; with `tls`, under a certificate that nobody has signed but itself. */
  async open({ tls = false } = {}): Promise<void> {
    this.server = tls ? createTlsServer(await selfSigned(), this.receive) : createServer(this.receive);
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    this.closed = noteOpened('a receiver of webhooks');
  }

  async close(): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => this.server?.close(resolve));
    this.closed();
  }

  /** Ends the connections of those that wait for an answer. */
  hangUp(): void {
    this.server?.closeAllConnections();
  }

  get port(): number {
    return (this.server?.address() as AddressInfo).port;
  }

  /** Where it is told of things, at a path of the test's own. */
  url(path: string): string {
    return `http://127.0.0.1:${this.port}/${path}`;
  }

  /** What has come in at the path. */
  at(path: string): Received[] {
    return this.received.filter((request) => request.path === `/${path}`);
  }

  /** What has come in at the path, when there is so much of it. */
  arrived(path: string, count: number): Promise<Received[]> {
    return eventually(
      async () => this.at(path),
      (requests) => requests.length >= count,
    );
  }

  private readonly receive: RequestListener = (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => void parts.push(part));
    request.on('end', () => {
      this.received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
      const treatment = this.silent.has(request.url ?? '') ? 'never' : (this.treatments.shift() ?? 200);
      if (treatment === 'drop') request.socket.destroy();
      else if (treatment !== 'never') response.writeHead(treatment, this.answer.headers).end(this.answer.text);
    });
  };
}

/** A receiver for the surrounding `describe`. */
export function webhookReceiver(options: { readonly tls?: boolean } = {}): WebhookReceiver {
  const receiver = new WebhookReceiver();
  beforeAll(() => receiver.open(options));
  afterAll(() => receiver.close());
  return receiver;
}

async function selfSigned(): Promise<{ key: string; cert: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'webhook-receiver-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const about = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2', '-nodes'];
  try {
    const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    await promisify(execFile)('openssl', ['req', '-x509', ...ec, ...about, '-keyout', key, '-out', cert]);
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  } finally {
    await rm(folder, { recursive: true });
  }
}
