import { LRUCache } from 'lru-cache';
import type { Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { UserView } from '../dao/user-dao.js';
import type { Secrets } from '../secrets.js';
import { governsDomain } from './role-type.js';

/** A caller with the key that signs its requests. */
export interface SignedIdentity {
  readonly caller: Caller;
  readonly secretKey: string;
}

const MOST_REMEMBERED = 10_000;

/** Who is behind an API key or a session, from memory where possible. Users that may not call are not found. */
export class IdentityDirectory {
  private readonly byApiKey = new LRUCache<string, SignedIdentity>({ max: MOST_REMEMBERED });
  private readonly byUserId = new LRUCache<number, Caller>({ max: MOST_REMEMBERED });
  private generation = 0;

  constructor(
    private readonly db: Database,
    private readonly secrets: Secrets,
  ) {}

  /** Forgets everything; call it when an account, a user or a domain has changed. */
  clear(): void {
    this.generation++;
    this.byApiKey.clear();
    this.byUserId.clear();
  }

  async findByApiKey(apiKey: string): Promise<SignedIdentity | undefined> {
    return this.remembered(this.byApiKey, apiKey, async () => {
      const user = await this.db.daos.users.findByApiKey(apiKey);
      if (!user?.secretKey || !mayCall(user)) return undefined;
      return { caller: await this.callerOf(user), secretKey: this.secrets.open(user.secretKey) };
    });
  }

  async findByUserId(id: number): Promise<Caller | undefined> {
    return this.remembered(this.byUserId, id, async () => {
      const user = await this.db.daos.users.findById(id);
      return user && mayCall(user) ? this.callerOf(user) : undefined;
    });
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
