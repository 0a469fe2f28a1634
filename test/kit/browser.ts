import type { RawAnswer } from './raw-request.js';
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

  async login(parameters: Parameters): Promise<RawAnswer> {
    const answer = await this.send({ command: 'login', response: 'json', ...parameters });
    const body = answer.body as { loginresponse: { sessionkey?: string } };
    this.sessionKey = body.loginresponse.sessionkey ?? '';
    return answer;
  }

  /** Sends a command of the session, with the sessionkey as a parameter. */
  call(command: string, parameters: Parameters = {}): Promise<RawAnswer> {
    return this.send({ command, response: 'json', sessionkey: this.sessionKey, ...parameters });
  }

  /** Sends a form with the cookies, and keeps those of the answer. */
  async send(form: Parameters): Promise<RawAnswer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.server.raw({ form, headers: cookie === '' ? {} : { cookie } });
    for (const line of answer.headers.getSetCookie()) this.keep(line);
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

  private keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals);
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(equals + 1));
  }
}
