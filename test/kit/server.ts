import type { Knex } from 'knex';
import { Passwords } from '../../src/account/password.js';
import { createApplication, type Application } from '../../src/application.js';
import type { FirstAdmin } from '../../src/bootstrap.js';
import type { Answer } from '../../src/client/api-client.js';
import { Database, type Daos } from '../../src/dao/database.js';
import { close, endpointOf, listen } from '../../src/http-server.js';
import type { LogFields, LogLevel } from '../../src/log.js';
import { openDatabase, openSecrets } from '../../src/open-database.js';
import type { StaticSettings } from '../../src/settings/static-settings.js';
import { hasten, install, present, type Engine, type Installation } from './engines.js';
import { noteOpened } from './leaks.js';
import { send, type RawAnswer, type RawRequest } from './raw-request.js';
import { statementLog, type StatementLog } from './statement-log.js';
import { TestClient } from './test-client.js';

/** One line of a server's log. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** A user with an account of its own. */
export interface TestUser {
  readonly account: Answer;
  readonly user: Answer;
  readonly accountId: string;
  readonly userId: string;
  readonly password: string;
  readonly keys: Keys;
  readonly client: TestClient;
}

export interface Keys {
  readonly apikey: string;
  readonly secretkey: string;
}

export interface ServerOptions {
  /** Static settings, such as `{ 'sandbox.enabled': false }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly now?: () => Date;
  /** How long each plugin may take to load. */
  readonly pluginLoadMs?: number;
  /** The database to serve; without it the server makes one of its own and drops it. */
  readonly installation?: Installation;
  /** How the server reaches its tables, if not plainly. */
  readonly bindDaos?: (db: Knex) => Daos;
}

const GRACE_MS = 5000;
/** Tests read the credentials from the application. */
const FORGETFUL = { keep: () => undefined, discard: () => undefined };
/** What keeps guessers busy would keep the tests busy: a hash takes a thousandth of the work. */
const HASH_COST = 2 ** 5;
const PASSWORD = 'correct horse battery staple';

/** A server with everything that the real one has, in this process. */
export class TestServer {
  readonly log: LogLine[] = [];
  private parts: Parts | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly options: ServerOptions,
  ) {}

  /** Starts the server; `testServer` does this. */
  async start(): Promise<void> {
    const installation = this.options.installation ?? (await install(this.engine));
    const settings = installation.settings({ 'jobs.lease.seconds': 3, ...this.options.settings });
    const { knex } = await openDatabase(settings);
    const db = new Database(knex, this.options.bindDaos);
    await hasten(knex);
    try {
      this.parts = await this.launch(installation, settings, db);
    } catch (error) {
      await db.knex.destroy();
      if (!this.options.installation) await installation.drop();
      throw error;
    }
  }

  private async launch(installation: Installation, settings: StaticSettings, db: Database): Promise<Parts> {
    const statements = statementLog(db.knex);
    const secrets = await openSecrets(settings, db);
    const log = (level: LogLevel, message: string, fields: LogFields = {}) => void this.log.push({ level, message, fields });
    const { now, pluginLoadMs } = this.options;
    const optional = { ...(now ? { now } : {}), ...(pluginLoadMs === undefined ? {} : { pluginLoadMs }) };
    const application = await createApplication({
      settings,
      db,
      secrets,
      log,
      keeper: FORGETFUL,
      passwords: new Passwords(HASH_COST),
      ...optional,
    });
    const socket = await listen(application.app, '127.0.0.1', 0, log);
    application.start();
    const closed = noteOpened(`the server ${endpointOf(socket)}`);
    return {
      installation,
      db,
      statements,
      application,
      endpoint: endpointOf(socket),
      stop: () => application.stop(GRACE_MS, close(socket, GRACE_MS)).then(closed),
    };
  }

  /** Stops the server as SIGTERM does, and drops its database unless it was given; stopping twice is no harm. */
  async stop(): Promise<void> {
    const { parts } = this;
    this.parts = undefined;
    if (!parts) return;
    await parts.stop();
    if (!this.options.installation) await parts.installation.drop();
  }

  get installation(): Installation {
    return present(this.parts).installation;
  }

  get db(): Database {
    return present(this.parts).db;
  }

  get application(): Application {
    return present(this.parts).application;
  }

  /** Where the API is: `http://127.0.0.1:<port>/client/api`. */
  get endpoint(): string {
    return present(this.parts).endpoint;
  }

  /** The statements that requests and jobs have run; the server's own looking around is left out. */
  get statements(): StatementLog {
    return present(this.parts).statements;
  }

  /** The first administrator's name, password and keys. */
  get firstAdmin(): FirstAdmin {
    return present(this.application.firstAdmin);
  }

  /** Calls as the first administrator. */
  get admin(): TestClient {
    const { apiKey: apikey, secretKey: secretkey } = this.firstAdmin;
    return this.client({ apikey, secretkey });
  }

  /** Calls with the keys. */
  client(keys: Keys): TestClient {
    return new TestClient({ endpoint: this.endpoint, ...keys });
  }

  /** Sends a request as it stands: nothing is signed or added. */
  raw(request: RawRequest = {}): Promise<RawAnswer> {
    return send(this.endpoint, request);
  }

  /** Makes an account with one user and its keys; of the role User unless another account type or domain is given. */
  async createUser(name: string, where: Readonly<Record<string, string>> = {}): Promise<TestUser> {
    const person = { username: name, password: PASSWORD, firstname: name, lastname: 'Tester', email: `${name}@example.org` };
    const { account } = (await this.admin.call('createAccount', {
      ...person,
      ...(where.roleid === undefined ? { accounttype: '0' } : {}),
      ...where,
    })) as { account: Answer };
    const [user] = account.user as [Answer];
    const { userkeys } = (await this.admin.call('registerUserKeys', { id: String(user.id) })) as { userkeys: Keys };
    const keys = { apikey: userkeys.apikey, secretkey: userkeys.secretkey };
    return { account, user, accountId: String(account.id), userId: String(user.id), password: PASSWORD, keys, client: this.client(keys) };
  }

  /** The lines with these words. */
  logged(message: string): LogLine[] {
    return this.log.filter((line) => line.message === message);
  }
}

interface Parts {
  readonly installation: Installation;
  readonly db: Database;
  readonly statements: StatementLog;
  readonly application: Application;
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** A started server for the surrounding `describe`, on a database of its own. */
export function testServer(engine: Engine, options: ServerOptions = {}): TestServer {
  const server = new TestServer(engine, options);
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  return server;
}
