import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request as send } from 'undici';
import { ProviderError } from '../../../src/provider/index.js';
import { ConnectionFailed, connectionFailure, givenUp } from './failures.js';
import type { HttpsAnswer, HttpsRequest } from './https-message.js';

/** How often a request is sent at most when the server is busy, or has dropped a connection on which nothing was asked but a question. */
const ATTEMPTS = 3;
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const DEFAULT_RETRY_MS = 500;
/** Soon enough that a firewall is told apart from a server that is slow. */
const CONNECT_MS = 10_000;
/** The server did not look at the request: it may be sent again, whatever it asks for. */
const BUSY = [429, 503];

export interface HttpsOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly verifies: boolean;
  /** File of the certificates that may vouch for the server; empty for those of the system. */
  readonly caFile: string;
  readonly timeoutMs: number;
}

/** Speaks HTTPS to one server: bounded in time and in size, and with `ProviderError` as the only failure. Statuses are for its caller to judge. */
export class HttpsClient {
  private agent: Promise<Agent> | undefined;

  constructor(private readonly options: HttpsOptions) {}

  get origin(): string {
    return this.options.origin;
  }

  /** Whether the certificate of the server must be valid. */
  get verifies(): boolean {
    return this.options.verifies;
  }

  /** The answer, whatever its status is. While the server says that it is busy, waits and asks again, as far as the time for one request allows. */
  async send(request: HttpsRequest, signal: AbortSignal): Promise<HttpsAnswer> {
    if (signal.aborted) throw givenUp(signal);
    const isRepeatable = request.isRepeatable ?? request.method === 'GET';
    const { origin, timeoutMs } = this.options;
    const [until, limited] = [Date.now() + timeoutMs, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])];
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt === ATTEMPTS;
      try {
        const answer = await this.sendOnce(request, limited);
        const waitMs = retryAfterMs(answer.headers);
        if (isLast || !BUSY.includes(answer.status) || Date.now() + waitMs > until) return answer;
        await pause(waitMs, signal);
      } catch (cause) {
        const failure = connectionFailure(cause, { ...request, isRepeatable, origin }, signal);
        // The file of certificates may be another one by now.
        if (failure.stage === 'certificate') this.agent = undefined;
        if (isLast || limited.aborted || failure.stage !== 'answer' || failure.fault !== 'temporary') throw failure;
      }
    }
  }

  private async sendOnce(request: HttpsRequest, signal: AbortSignal): Promise<HttpsAnswer> {
    const { method, path, headers = {}, body, maxBodyBytes = MAX_BODY_BYTES } = request;
    this.agent ??= this.connect().catch((error: unknown) => {
      this.agent = undefined;
      throw error;
    });
    const options = { method, headers, ...(body === undefined ? {} : { body }), dispatcher: await this.agent, signal };
    const answer = await send(new URL(path, this.options.origin), options);
    return { status: answer.statusCode, headers: flat(answer.headers), body: await readAll(answer.body, maxBodyBytes) };
  }

  private async connect(): Promise<Agent> {
    const { verifies, caFile, timeoutMs } = this.options;
    const ca = caFile === '' ? undefined : await readCertificates(caFile);
    const limits = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs, connections: 16 };
    return new Agent({
      ...limits,
      connect: { rejectUnauthorized: verifies, ...(ca === undefined ? {} : { ca }), timeout: Math.min(timeoutMs, CONNECT_MS) },
    });
  }
}

async function readCertificates(file: string): Promise<string> {
  const unusable = (why: string, cause?: unknown) =>
    new ConnectionFailed('settings', 'rejected', `the file ${file} in the setting ca.file ${why}`, cause);
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw unusable(`cannot be read (${cause.code}); put the certificates there, on every server, or correct the setting`, cause);
  });
  if (/^-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/m.test(text)) return text;
  throw unusable('holds no certificate as PEM; convert it (openssl x509 -inform DER -in <file>)');
}

async function readAll(body: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new ProviderError('corrupt', `Veeam answered more than ${maxBytes} bytes at once`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const flat = (headers: Readonly<Record<string, string | string[] | undefined>>): HttpsAnswer['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]));

/** In seconds; a date, which is allowed too, is as good as nothing. */
function retryAfterMs(headers: HttpsAnswer['headers']): number {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : DEFAULT_RETRY_MS;
}

/** Waits; throws as soon as the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {
    throw givenUp(signal);
  });
}
