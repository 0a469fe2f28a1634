import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import type { AddressRanges } from '../settings/address-ranges.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import { addressIn, mayGoTo, notAllowed } from './destinations.js';
import { headersOf, signatureOf, type Message } from './message.js';

/** Where a message goes. */
export interface Receiver {
  readonly payloadUrl: string;
  /** With which the message is signed. */
  readonly secret: string | undefined;
  /** Whether the receiver's certificate is checked. */
  readonly sslVerification: boolean;
}

/** What came of sending a message. */
export interface Reply {
  /** Whether the receiver has confirmed it. */
  readonly arrived: boolean;
  /** The beginning of what the receiver has answered, or why there is no answer. */
  readonly response: string;
}

const LONGEST_RESPONSE = 1024;
const MOST_BYTES = 4 * LONGEST_RESPONSE;

/** The receiver is where nothing may be sent. */
class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

/** Sends messages to the receivers of webhooks: once each, without following redirects. */
export class WebhookSender {
  constructor(private readonly settings: DynamicSettings) {}

  /** So long a message takes at most. */
  get timeoutMs(): number {
    return this.settings.get('webhook.delivery.timeout') * 1000;
  }

  /** Fails at nothing: what goes wrong is what is replied. The signal cuts it off. */
  async send(message: Message, receiver: Receiver, signal: AbortSignal): Promise<Reply> {
    try {
      return await this.post(message, receiver, signal);
    } catch (error) {
      return { arrived: false, response: shortened(`Failed due to: ${this.reasonOf(error)}`) };
    }
  }

  private async post(message: Message, { payloadUrl, secret, sslVerification }: Receiver, signal: AbortSignal): Promise<Reply> {
    const allowed = this.settings.get('webhook.allowed.destinations');
    // Addresses are not looked up, so that they must be looked at here.
    const address = addressIn(new URL(payloadUrl));
    if (address !== undefined && !mayGoTo(address, allowed)) throw new NotAllowed(notAllowed(address));
    const { timeoutMs } = this;
    const connect = { lookup: amongAllowed(allowed), rejectUnauthorized: sslVerification, timeout: timeoutMs };
    const agent = new Agent({ connect });
    try {
      const { statusCode, body } = await request(payloadUrl, {
        method: 'POST',
        headers: { ...headersOf(message), ...(secret === undefined ? {} : signatureOf(message.payload, secret)) },
        body: message.payload,
        dispatcher: agent,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      const text = await beginningOf(body);
      const arrived = statusCode >= 200 && statusCode < 300;
      return { arrived, response: shortened(arrived ? text : `Failed due to: answer ${statusCode}: ${text}`) };
    } finally {
      await agent.destroy();
    }
  }

  private reasonOf(error: unknown): string {
    const { name, message, errors } = error as Partial<AggregateError>;
    // Where a name has several addresses, none of which answers.
    if (errors?.length) return this.reasonOf(errors[0]);
    return name === 'TimeoutError' ? `no answer within ${this.timeoutMs / 1000} seconds` : (message ?? String(error));
  }
}

/** Looks a host up when the connection is made, and leaves out the addresses to which nothing may be sent: a name may stand for any. */
const amongAllowed =
  (allowed: AddressRanges): LookupFunction =>
  (hostname, options, done) =>
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '');
      const usable = addresses.filter(({ address }) => mayGoTo(address, allowed));
      const [first] = usable;
      if (!first) return done(new NotAllowed(notAllowed(hostname)), '');
      return options.all ? done(null, usable) : done(null, first.address, first.family);
    });

/** What a body begins with; that it has begun is enough to know what was answered. */
async function beginningOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of body) {
      parts.push(part);
      if (parts.reduce((bytes, { length }) => bytes + length, 0) >= MOST_BYTES) break;
    }
  } catch {
    // What came before the connection broke is shown.
  }
  return Buffer.concat(parts).subarray(0, MOST_BYTES).toString('utf8');
}

/** As much as is kept, without what no answer could show. */
const shortened = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  [...text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g, '\ufffd')].slice(0, LONGEST_RESPONSE).join('');
