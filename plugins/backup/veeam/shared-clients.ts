import { createHash } from 'node:crypto';

/** Whose clients they are: the clock of a server, by which it also judges what expires. */
type Clock = () => Date;

/** Makes a client, unless somebody has one of the same. */
export type Share = <T extends object>(make: () => T) => T;

/**
 * The clients that several zones share, so that whoever asks one server as one user logs on to it once. Each is held by those who use it and
 * by nothing else, and those of two servers in one process are never the same.
 */
export class SharedClients {
  private readonly clients = new WeakMap<Clock, Map<string, WeakRef<object>>>();

  /** Shares what is made of exactly these parts, secrets among them: what tells two servers, users or manners of connecting apart. */
  of(now: Clock, ...parts: readonly unknown[]): Share {
    // A digest, so that no password is kept for longer than by what needs it.
    const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    return <T extends object>(make: () => T) => {
      const clients = this.inUse(now);
      const client = (clients.get(key)?.deref() as T | undefined) ?? make();
      this.clients.set(now, clients.set(key, new WeakRef(client)));
      return client;
    };
  }

  /** Those of a server that somebody uses, or did a moment ago. */
  inUse(now: Clock): Map<string, WeakRef<object>> {
    return new Map([...(this.clients.get(now) ?? [])].filter(([, client]) => client.deref() !== undefined));
  }
}
