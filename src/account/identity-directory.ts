import { LRUCache } from 'lru-cache';
import type { Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { UserView } from '../dao/user-dao.js';
import type { Secrets } from '../secrets.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import { mayEnterByKey, mayEnterFrom, type KeyOwner } from './entry.js';
import { governsDomain } from './role-type.js';

/** A caller with the key that signs its requests. */
export interface SignedIdentity extends KeyOwner {
  readonly caller: Caller;
  readonly secretKey: string;
}

const MOST_REMEMBERED = 10_000;
const one = (): number => 1;

/** Who is behind an API key or a session, from memory where possible. Users that may not call are not found. */
export class IdentityDirectory {
  // Limited as a size, not as a number, for which the room is taken at once.
  private readonly byApiKey = new LRUCache<string, SignedIdentity>({ maxSize: MOST_REMEMBERED, sizeCalculation: one });
  private readonly byUserId = new LRUCache<number, Caller>({ maxSize: MOST_REMEMBERED, sizeCalculation: one });
  private generation = 0;

  constructor(
    private readonly db: Database,
    private readonly secrets: Secrets,
    private readonly settings: DynamicSettings,
  ) {}

  /** Forgets everything; call it when an account, a user or a domain has changed. */
  clear(): void {
    this.generation++;
    this.byApiKey.clear();
    this.byUserId.clear();
  }

  /** The owner of the key, if requests that are signed with it are let in from the address. */
  async findByApiKey(apiKey: string, remoteAddress: string): Promise<SignedIdentity | undefined> {
    const found = await this.remembered(this.byApiKey, apiKey, async () => {
      const user = await this.db.daos.users.findByApiKey(apiKey);
      if (!user?.secretKey || !mayCall(user)) return undefined;
      const { apiKeyAccess, accountApiKeyAccess, domainPath } = user;
      const caller = await this.callerOf(user);
      return { caller, secretKey: this.secrets.open(user.secretKey), apiKeyAccess, accountApiKeyAccess, domainPath };
    });
    const isLetIn = found && mayEnterByKey(this.settings, found) && mayEnterFrom(this.settings, found.caller, remoteAddress);
    return isLetIn ? found : undefined;
  }

  async findByUserId(id: number): Promise<Caller | undefined> {
    return this.remembered(this.byUserId, id, async () => {
      const user = await this.db.daos.users.findById(id);
      return user && mayCall(user) ? this.callerOf(user) : undefined;
    });
  }

  /** As `findByUserId`, if requests for the user are let in from the address. */
  async findVisitor(id: number, remoteAddress: string): Promise<Caller | undefined> {
    const caller = await this.findByUserId(id);
    return caller && mayEnterFrom(this.settings, caller, remoteAddress) ? caller : undefined;
  }

  private async callerOf(user: UserView): Promise<Caller> {
    const domains = governsDomain(user.role) ? await this.db.daos.domains.listTreeIds(user.domainPath) : [];
    return {
      userId: user.id,
      userUuid: user.uuid,
      username: user.username,
      accountId: user.accountId,
      accountUuid: user.accountUuid,
      accountName: user.accountName,
      roleId: user.roleId,
      role: user.role,
      domainId: user.domainId,
      domainUuid: user.domainUuid,
      domainPath: user.domainPath,
      domainTree: new Set(domains),
    };
  }

  private async remembered<K extends {}, V extends {}>(
    cache: LRUCache<K, V>,
    key: K,
    look: () => Promise<V | undefined>,
  ): Promise<V | undefined> {
    const known = cache.get(key);
    if (known) return known;
    const generation = this.generation;
    const found = await look();
    // What was read before a change must not be remembered after it.
    if (found && generation === this.generation) cache.set(key, found);
    return found;
  }
}

const mayCall = (user: UserView): boolean => user.state === 'enabled' && user.accountState === 'enabled';
