import { send, type RawAnswer, type RawRequest } from './raw-request.js';
import type { TestServer } from './server.js';

type Parameters = Readonly<Record<string, string>>;

/** A client that logs in and keeps cookies, as a browser does. */
export class Browser {
  private readonly cookies = new Map<string, string>();
  sessionKey = '';

  /** The servers share a database, or are one. */
  constructor(private server: TestServer) {}

  /** Goes on with another server. */
  moveTo(server: TestServer): void {
    this.server = server;
  }

  login(parameters: Parameters): Promise<RawAnswer> {
    return this.send({ command: 'login', response: 'json', ...parameters });
  }

  /** Sends a command of the session, with the sessionkey as a parameter. */
  call(command: string, parameters: Parameters = {}): Promise<RawAnswer> {
    return this.send({ command, response: 'json', sessionkey: this.sessionKey, ...parameters });
  }

  /** As `call`, by GET. */
  async get(command: string, parameters: Parameters = {}): Promise<RawAnswer> {
    return this.receive(await this.transmitQuery({ command, response: 'json', sessionkey: this.sessionKey, ...parameters }));
  }

  /** Sends a form with the cookies, and keeps those of the answer. */
  async send(form: Parameters): Promise<RawAnswer> {
    return this.receive(await this.transmit(form));
  }

  /** Sends a form with the cookies; the answer is on its way until it is received. */
  transmit(form: Parameters): Promise<RawAnswer> {
    return this.ask({ form });
  }

  /** As `transmit`, by GET. */
  transmitQuery(query: Parameters): Promise<RawAnswer> {
    return this.ask({ query });
  }

  /** Keeps the cookies of an answer, and the sessionkey if it is that of a login. */
  receive(answer: RawAnswer): RawAnswer {
    for (const line of answer.headers.getSetCookie()) this.keep(line);
    const { loginresponse } = (answer.body ?? {}) as { loginresponse?: { sessionkey?: string } };
    if (loginresponse) this.sessionKey = loginresponse.sessionkey ?? '';
    return answer;
  }

  cookie(name: string): string | undefined {
    return this.cookies.get(name);
  }

  setCookie(name: string, value: string): void {
    this.cookies.set(name, value);
  }

  dropCookie(name: string): void {
    this.cookies.delete(name);
  }

  /** Another browser with the cookies and the sessionkey that this one has now. */
  copy(): Browser {
    const other = new Browser(this.server);
    for (const [name, value] of this.cookies) other.setCookie(name, value);
    other.sessionKey = this.sessionKey;
    return other;
  }

  /** The web UI asks at the address with a slash at its end. */
  private ask(request: RawRequest): Promise<RawAnswer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return send(`${this.server.endpoint}/`, { ...request, headers: cookie === '' ? {} : { cookie } });
  }

  private keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals);
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(equals + 1));
  }
}
