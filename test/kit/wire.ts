import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** A keep-alive connection that sends bytes as they are, one request after the other; the server may close it at any time. */
export class Wire {
  private socket: Socket | undefined;
  private received = Buffer.alloc(0);
  private wake: () => void = () => undefined;

  constructor(private readonly endpoint: string) {}

  /** Sends the bytes of one request and waits for its answer; `hasBody` is false for the answer to HEAD. */
  async send(bytes: Buffer, hasBody: boolean): Promise<WireAnswer> {
    const socket = await this.open();
    socket.write(bytes);
    for (;;) {
      const answer = this.read(hasBody);
      if (answer) {
        if (answer.headers.get('connection') === 'close') this.close();
        return answer;
      }
      if (socket.closed)
        throw new Error(`the server closed the connection without an answer; it sent ${JSON.stringify(this.received.toString('latin1'))}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  private async open(): Promise<Socket> {
    if (this.socket && !this.socket.destroyed && this.socket.writable) return this.socket;
    const { hostname, port } = new URL(this.endpoint);
    const socket = connect(Number(port), hostname);
    this.received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.wake();
    });
    socket.on('close', () => this.wake());
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    this.socket = socket;
    return socket;
  }

  private read(hasBody: boolean): WireAnswer | undefined {
    const end = this.received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [first = '', ...lines] = this.received.toString('latin1', 0, end).split('\r\n');
    const headers = new Map(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const length = hasBody ? Number(headers.get('content-length')) : 0;
    if (Number.isNaN(length)) throw new Error(`an answer of unknown length: ${first}`);
    const start = end + 4;
    if (this.received.length < start + length) return undefined;
    const body = this.received.toString('utf8', start, start + length);
    this.received = this.received.subarray(start + length);
    return { status: Number(first.split(' ')[1]), headers, body };
  }
}
