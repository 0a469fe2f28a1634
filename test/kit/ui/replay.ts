import type { RawAnswer } from '../raw-request.js';
import type { Browser } from '../browser.js';
import type { TestServer } from '../server.js';
import { readRecording, type Call, type Expectation } from './recording.js';

type Facts = Readonly<Record<string, string>>;

const isFilled = (value: unknown): boolean => value !== undefined && value !== null;

const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && isFilled(value) && !Array.isArray(value),
  /** A number of things, or that there may be any number of them. */
  count: (value) => typeof value === 'number' || (typeof value === 'string' && /^(-?\d+|Unlimited)$/.test(value)),
  json: (value) => typeof value === 'string' && isJson(value),
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The web UI in a browser, as far as its server sees it. */
export class UiReplay {
  private readonly complaints: string[] = [];
  private readonly facts: Map<string, string>;

  constructor(
    private readonly server: TestServer,
    private readonly browser: Browser,
    /** What the recording needs to know from the start, such as the password. */
    facts: Facts,
  ) {
    this.facts = new Map(Object.entries(facts));
  }

  /** Plays a recording to its end; answers what was wrong. */
  async play(recording: string): Promise<readonly string[]> {
    const rows: Call[][] = [];
    for (const call of readRecording(recording)) {
      if (call.isBeside) rows.at(-1)?.push(call);
      else rows.push([call]);
    }
    for (const row of rows) await Promise.all(row.map((call) => this.send(call)));
    return this.complaints;
  }

  private async send(call: Call): Promise<void> {
    const missing = Object.values(call.parameters).flatMap((value) => namesIn(value).filter((name) => !this.facts.has(name)));
    if (missing.length > 0) return this.complain(call, `needs what no answer has given: ${missing.join(', ')}`);
    const parameters = Object.fromEntries(Object.entries(call.parameters).map(([name, value]) => [name, this.filled(value)]));
    const { status, body } = this.browser.receive(await this.transmit(call, parameters));
    const inside = (body as Record<string, unknown> | undefined)?.[call.envelope];
    if (status !== call.status) return this.complain(call, `answered ${status}: ${JSON.stringify(body)}`);
    if (typeof inside !== 'object' || inside === null) return this.complain(call, `has no ${call.envelope}: ${JSON.stringify(body)}`);
    if (call.command === 'login') this.rememberUser(inside);
    await this.check(call, inside);
  }

  /** The UI sends the sessionkey with every call once it has logged in, but not with the logout. */
  private transmit({ method, command }: Call, parameters: Facts): Promise<RawAnswer> {
    if (command === 'logout') this.browser.sessionKey = '';
    const sessionkey =
      ['login', 'logout'].includes(command) || this.browser.sessionKey === '' ? {} : { sessionkey: this.browser.sessionKey };
    const all = { command, response: 'json', ...parameters, ...sessionkey };
    return method === 'GET' ? this.browser.transmitQuery(all) : this.browser.transmit(all);
  }

  /** The UI keeps who has logged in in cookies, which come with every request. */
  private rememberUser(login: object): void {
    for (const name of ['account', 'domainid', 'timezone', 'timezoneoffset', 'userid', 'username']) {
      const value = (login as Record<string, unknown>)[name];
      if (typeof value === 'string') this.browser.setCookie(name, encodeURIComponent(value));
    }
  }

  private async check(call: Call, answer: object): Promise<void> {
    const { jobid } = answer as { jobid?: string };
    const result = jobid === undefined ? undefined : await this.resultOf(call, jobid);
    for (const expectation of call.expectations) this.expect(call, expectation, expectation.ofJob ? result : answer);
    for (const { path, name } of call.keeps) {
      const [value] = at(answer, path);
      if (isFilled(value)) this.facts.set(name, String(value));
      else this.complain(call, `has no ${path.join('.')} to keep`);
    }
  }

  /** The result of a job that has succeeded, asked for as the UI does. */
  private async resultOf(call: Call, jobid: string): Promise<unknown> {
    await this.server.admin.ended(jobid);
    const { body } = await this.transmit({ ...call, method: 'GET', command: 'queryAsyncJobResult' }, { jobId: jobid });
    const { queryasyncjobresultresponse: job } = body as { queryasyncjobresultresponse: { jobstatus: number; jobresult: unknown } };
    if (job.jobstatus !== 1) this.complain(call, `its job failed: ${JSON.stringify(job)}`);
    return job.jobresult;
  }

  private expect(call: Call, { path, fields }: Expectation, answer: unknown): void {
    const places = at(answer, path);
    if (places.length === 0 && !path.includes('*')) this.complain(call, `has no ${path.join('.')}`);
    for (const { name, type } of fields) {
      const wrong = places.filter((place) => !CHECKS[type]?.((place as Record<string, unknown>)[name]));
      if (wrong.length > 0) this.complain(call, `${[...path, name].join('.')} is no ${type}: ${JSON.stringify(wrong[0])}`);
    }
  }

  private filled(value: string): string {
    return value.replace(NAME, (_, name: string) => this.facts.get(name) ?? '');
  }

  private complain({ where }: Call, what: string): void {
    this.complaints.push(`${where} ${what}`.slice(0, 600));
  }
}

const NAME = /\{([a-z]+)\}/g;
const namesIn = (value: string): string[] => [...value.matchAll(NAME)].map(([, name = '']) => name);

/** The values at a path: several where it goes through every item of a list. */
function at(value: unknown, [step, ...rest]: readonly string[]): unknown[] {
  if (!isFilled(value)) return [];
  if (step === undefined) return [value];
  return chosen(value, step).flatMap((next) => at(next, rest));
}

function chosen(value: unknown, step: string): unknown[] {
  const items = Array.isArray(value) ? (value as unknown[]) : [];
  const [, field = '', text] = /^\[(\w+)=(.*)\]$/.exec(step) ?? [];
  if (step === '*') return items;
  if (text !== undefined) return items.filter((item) => (item as Record<string, unknown>)[field] === text).slice(0, 1);
  return [(value as Record<string, unknown>)[step]];
}
