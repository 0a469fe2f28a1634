import { randomUUID } from 'node:crypto';
import { assertMayUse, type Access, type Owner, type OwnerNamed, type OwnerWish } from '../account/access.js';
import { EVERYONE, type RoleType } from '../account/role-type.js';
import type { Caller } from '../call-context.js';
import type { Daos, Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import type { Webhook, WebhookScope, WebhookState, WebhookView } from '../dao/webhook-dao.js';
import { ApiError, found, invalid, lookUp, NotFound } from '../errors.js';
import type { Secrets } from '../secrets.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import { readPayloadUrl } from './payload-url.js';

/** What can be said of a webhook; undefined leaves it as it is, or as it usually is. */
export interface WebhookSaid {
  readonly name: string | undefined;
  /** The empty text takes it away; so it does with the secret key. */
  readonly description: string | undefined;
  /** The name of a `WebhookState`, in any case. */
  readonly state: string | undefined;
  /** The name of a `WebhookScope`, in any case. */
  readonly scope: string | undefined;
  readonly payloadUrl: string | undefined;
  readonly secretKey: string | undefined;
  readonly sslVerification: boolean | undefined;
}

export type NewWebhook = WebhookSaid & { readonly name: string; readonly payloadUrl: string };

/** What a list of webhooks is narrowed by. */
export interface WebhookWish {
  readonly uuid: string | undefined;
  readonly name: string | undefined;
  readonly state: string | undefined;
  readonly scope: string | undefined;
  readonly keyword: string | undefined;
}

const STATES: readonly WebhookState[] = ['Enabled', 'Disabled'];

/** Whose accounts may have webhooks of the scope. */
const ROLES: Readonly<Record<WebhookScope, readonly RoleType[]>> = {
  Local: EVERYONE,
  Domain: ['Admin', 'DomainAdmin'],
  Global: ['Admin'],
};
const SCOPES = Object.keys(ROLES) as readonly WebhookScope[];

/** Of how much such a caller may hear. */
export const scopesOf = (role: RoleType): WebhookScope[] => SCOPES.filter((scope) => ROLES[scope].includes(role));

/** The addresses that accounts have told of events. */
export class WebhookManager {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly secrets: Secrets,
    private readonly settings: DynamicSettings,
    private readonly now: () => Date,
  ) {}

  async create(caller: Caller, named: OwnerNamed, { name, payloadUrl, ...said }: NewWebhook): Promise<WebhookView> {
    const scope = readOne('scope', said.scope ?? 'Local', SCOPES);
    const owner = await this.access.owner(caller, named);
    await this.assertScope(caller, owner.accountId, scope);
    const webhook = {
      ...{ uuid: randomUUID(), name, scope, ...owner, created: this.now() },
      heardDomainId: scope === 'Domain' ? await this.heardDomain(named, owner) : owner.domainId,
      description: said.description ?? null,
      state: readOne('state', said.state ?? 'Enabled', STATES),
      payloadUrl: this.readUrl(payloadUrl),
      secretKey: this.sealed(said.secretKey),
      sslVerification: said.sslVerification ?? true,
      failingSince: null,
    };
    const about = () => webhook.uuid;
    while (!(await this.db.change((daos) => this.insert(daos, webhook), about)));
    return this.get(caller, webhook.uuid);
  }

  /** The webhook, which the caller must be allowed to use; `what` is what the caller has named. */
  async get(caller: Caller, uuid: string, what = `webhook ${uuid}`): Promise<WebhookView> {
    const webhook = found(await this.db.daos.webhooks.findByUuid(uuid), 'webhook', uuid);
    assertMayUse(caller, webhook, what);
    return webhook;
  }

  async list(caller: Caller, owners: OwnerWish, { uuid, state, scope, ...plain }: WebhookWish, page: Page): Promise<Listing<WebhookView>> {
    const one = await lookUp(uuid, 'webhook', (id) => this.db.daos.webhooks.findByUuid(id));
    const narrowed = {
      ...{ ...plain, id: one?.id },
      state: state === undefined ? undefined : readOne('state', state, STATES),
      scope: scope === undefined ? undefined : readOne('scope', scope, SCOPES),
    };
    return this.db.daos.webhooks.list({ ...narrowed, ...(await this.access.owners(caller, owners)) }, page);
  }

  /** Changes what is given: no name and no address is empty. */
  async update(caller: Caller, uuid: string, said: WebhookSaid): Promise<WebhookView> {
    const { id, accountId } = await this.get(caller, uuid);
    const { name, description, state, scope, payloadUrl, secretKey, sslVerification } = said;
    const changes = {
      name: name || undefined,
      description: description === undefined ? undefined : description || null,
      state: state === undefined ? undefined : readOne('state', state, STATES),
      scope: scope === undefined ? undefined : readOne('scope', scope, SCOPES),
      payloadUrl: payloadUrl ? this.readUrl(payloadUrl) : undefined,
      secretKey: secretKey === undefined ? undefined : this.sealed(secretKey),
      sslVerification,
    };
    if (changes.scope !== undefined) await this.assertScope(caller, accountId, changes.scope);
    if (Object.values(changes).some((change) => change !== undefined)) await this.db.change(({ webhooks }) => webhooks.update(id, changes));
    return this.get(caller, uuid);
  }

  /** Removes the webhook; what it has not been told yet, it will not be told. */
  async delete(caller: Caller, uuid: string): Promise<void> {
    const { id } = await this.get(caller, uuid);
    if (!(await this.db.change(({ webhooks }) => webhooks.remove(id, this.now())))) throw new NotFound('webhook', uuid);
    await this.db.daos.webhookDeliveries.deleteOf(id);
  }

  /** The secret of the webhook. */
  secretOf({ secretKey }: Webhook): string | undefined {
    return secretKey === null ? undefined : this.secrets.open(secretKey);
  }

  /** As `readPayloadUrl`, by the present settings. */
  readUrl(text: string): string {
    return readPayloadUrl(text, this.settings.get('webhook.allowed.destinations'));
  }

  /** The domain that callers have named for their own account, which they administer, else the owner's. */
  private async heardDomain({ account, domainUuid }: OwnerNamed, owner: Owner): Promise<number> {
    if (account !== undefined || domainUuid === undefined) return owner.domainId;
    return found(await this.db.daos.domains.findByUuid(domainUuid), 'domain', domainUuid).id;
  }

  private async assertScope(caller: Caller, accountId: number, scope: WebhookScope): Promise<void> {
    const account = await this.db.daos.accounts.findView({ id: accountId });
    if (account && [caller.role, account.role].every((role) => ROLES[scope].includes(role))) return;
    throw invalid('scope', `${scope} is for ${ROLES[scope].join(' and ')} accounts, and for callers of such`);
  }

  /** False if somebody else was faster, so that it has to be tried again. */
  private async insert({ webhooks }: Daos, webhook: Omit<Webhook, 'id' | 'number'>): Promise<boolean> {
    const most = this.settings.get('max.account.webhooks');
    const taken = new Set(await webhooks.numbersOf(webhook.accountId));
    if (taken.size >= most) throw new ApiError('over_limit', `the account has ${taken.size} webhooks, and may have ${most}`);
    // The lowest that is free, so that of two that have seen the same only one succeeds.
    const number = Array.from({ length: most }, (_, at) => at).find((at) => !taken.has(at)) ?? most;
    return webhooks.insert({ ...webhook, number });
  }

  private sealed(secret: string | undefined): string | null {
    return secret ? this.secrets.seal(secret) : null;
  }
}

/** The one of the names that is meant, in any case; refuses what is none. */
function readOne<T extends string>(parameter: string, text: string, names: readonly T[]): T {
  const known = names.find((name) => name.toLowerCase() === text.toLowerCase());
  if (!known) throw invalid(parameter, `"${text}" is none of ${names.join(', ')}`);
  return known;
}
