import { randomBytes } from 'node:crypto';
import type { CacheInvalidation } from '../cache-invalidation.js';
import type { Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import { found } from '../errors.js';
import type { Secrets } from '../secrets.js';
import { assertMayManage } from './access.js';

/** What a client signs its requests with. */
export interface KeyPair {
  readonly apiKey: string;
  readonly secretKey: string;
}

/** The API keys of users. Secret keys are sealed at rest. */
export class KeyManager {
  constructor(
    private readonly db: Database,
    private readonly secrets: Secrets,
    private readonly caches: CacheInvalidation,
  ) {}

  /** Gives the user new keys; the old ones stop working. Users may do so for their own account, administrators also for those that they look after. */
  async renew(caller: Caller, userUuid: string): Promise<KeyPair> {
    const { id } = await this.find(caller, userUuid);
    return this.renewFor(id);
  }

  /** The user's keys; undefined if it has none. */
  async get(caller: Caller, userUuid: string): Promise<KeyPair | undefined> {
    const { apiKey, secretKey } = await this.find(caller, userUuid);
    return apiKey && secretKey ? { apiKey, secretKey: this.secrets.open(secretKey) } : undefined;
  }

  /** As `renew`, for the server itself. */
  async renewFor(userId: number): Promise<KeyPair> {
    const pair = newKeyPair();
    const sealed = this.secrets.seal(pair.secretKey);
    await this.caches.change('identity', (daos) => daos.users.update(userId, { apiKey: pair.apiKey, secretKey: sealed }));
    return pair;
  }

  private async find(caller: Caller, uuid: string) {
    const user = found(await this.db.daos.users.findByUuid(uuid), 'user', uuid);
    assertMayManage(caller, user, `the keys of user ${uuid}`);
    return user;
  }
}

export const newKeyPair = (): KeyPair => ({ apiKey: newKey(), secretKey: newKey() });

/** 64 random bytes in URL-safe Base64: 86 characters, as CloudStack's keys. */
const newKey = (): string => randomBytes(64).toString('base64url');
