import { randomBytes } from 'node:crypto';
import type { CacheInvalidation } from '../cache-invalidation.js';
import type { Caller } from '../call-context.js';
import type { Database } from '../dao/database.js';
import type { UserView } from '../dao/user-dao.js';
import { found } from '../errors.js';
import type { Secrets } from '../secrets.js';
import type { DynamicSettings } from '../settings/dynamic-settings.js';
import type { Access } from './access.js';
import { mayEnterByKey } from './entry.js';

/** What a client signs its requests with. */
export interface KeyPair {
  readonly apiKey: string;
  readonly secretKey: string;
}

/** The keys of a user. */
export interface UserKeys {
  /** Undefined if it has none. */
  readonly pair: KeyPair | undefined;
  /** Whether requests that are signed with them are let in. */
  readonly areLetIn: boolean;
}

/** The API keys of users. Secret keys are sealed at rest. */
export class KeyManager {
  constructor(
    private readonly db: Database,
    private readonly secrets: Secrets,
    private readonly settings: DynamicSettings,
    private readonly caches: CacheInvalidation,
    private readonly access: Access,
  ) {}

  /** Gives the user new keys; the old ones stop working. Users may do so for their own account, administrators also for those that they look after. */
  async renew(caller: Caller, userUuid: string): Promise<UserKeys> {
    const user = await this.find(caller, userUuid);
    return { pair: await renewKeys(this.caches, this.secrets, user.id), areLetIn: mayEnterByKey(this.settings, user) };
  }

  async get(caller: Caller, userUuid: string): Promise<UserKeys> {
    const user = await this.find(caller, userUuid);
    const { apiKey, secretKey } = user;
    const pair = apiKey && secretKey ? { apiKey, secretKey: this.secrets.open(secretKey) } : undefined;
    return { pair, areLetIn: mayEnterByKey(this.settings, user) };
  }

  private async find(caller: Caller, uuid: string): Promise<UserView> {
    const user = found(await this.db.daos.users.findByUuid(uuid), 'user', uuid);
    await this.access.assertMayManage(caller, user, `the keys of user ${uuid}`);
    return user;
  }
}

/** Gives the user new keys; the old ones stop working. */
export async function renewKeys(caches: CacheInvalidation, secrets: Secrets, userId: number): Promise<KeyPair> {
  const pair = newKeyPair();
  const sealed = secrets.seal(pair.secretKey);
  await caches.change('identity', (daos) => daos.users.update(userId, { apiKey: pair.apiKey, secretKey: sealed }));
  return pair;
}

export const newKeyPair = (): KeyPair => ({ apiKey: newKey(), secretKey: newKey() });

/** 64 random bytes in URL-safe Base64: 86 characters, as CloudStack's keys. */
const newKey = (): string => randomBytes(64).toString('base64url');
