import { assertMayUse, type Access, type OwnerWish } from '../account/access.js';
import type { CommandTable } from '../api/dispatcher.js';
import type { Caller } from '../call-context.js';
import type { Selection } from '../dao/archive.js';
import type { Database } from '../dao/database.js';
import type { EventView } from '../dao/event-dao.js';
import type { Owners } from '../dao/owned.js';
import type { Listing, Page } from '../dao/page.js';
import { found, invalid } from '../errors.js';
import { resourceTypeOf } from './resource.js';
import { assertSays } from './selection.js';

/** What a list of events is narrowed by. */
export interface EventWish {
  readonly uuid: string | undefined;
  /** The first event of an operation: all of them. */
  readonly startUuid: string | undefined;
  readonly type: string | undefined;
  readonly level: string | undefined;
  readonly state: string | undefined;
  readonly keyword: string | undefined;
  readonly since: Date | undefined;
  readonly until: Date | undefined;
  /** Where no dates are given: neither older nor younger than so many seconds. */
  readonly oldestSeconds: number | undefined;
  readonly youngestSeconds: number | undefined;
  readonly resourceUuid: string | undefined;
  readonly resourceType: string | undefined;
  readonly archived: boolean;
}

const DAY_MS = 86_400_000;

/** Shows, archives and deletes events; writing them is the recorder's. */
export class EventManager {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly commands: CommandTable,
    private readonly now: () => Date,
  ) {}

  /** Newest first. */
  async list(caller: Caller, owners: OwnerWish, wish: EventWish, page: Page): Promise<Listing<EventView>> {
    const { uuid, startUuid, since, until, oldestSeconds, youngestSeconds, resourceType, ...plain } = wish;
    const one = uuid === undefined ? undefined : await this.find(uuid);
    const start = startUuid === undefined ? undefined : await this.find(startUuid);
    const filter = {
      ...plain,
      // An event that is not a job's is its own beginning and end.
      id: one?.id ?? (start?.operationId === null ? start.id : undefined),
      operationId: start?.operationId ?? undefined,
      since: since ?? this.secondsAgo(oldestSeconds, 'entrytime'),
      until: until ?? this.secondsAgo(youngestSeconds, 'duration'),
      resourceType: resourceType && resourceTypeOf(resourceType),
    };
    return this.db.daos.events.list({ ...filter, ...(await this.access.owners(caller, owners)) }, page);
  }

  /** The types of event that there can be, by name. */
  listTypes(keyword: string | undefined, { limit, offset }: Page): Listing<string> {
    const all = [...new Set([...this.commands.values()].flatMap(({ event }) => event ?? []))].sort();
    const wanted = all.filter((type) => keyword === undefined || type.includes(keyword.toUpperCase()));
    return { rows: wanted.slice(offset, offset + limit), total: wanted.length };
  }

  /** Takes the events out of the list, where they are no longer shown unless asked for. */
  async archive(caller: Caller, selection: Selection): Promise<void> {
    await this.db.daos.events.archive(await this.within(caller, selection));
  }

  async delete(caller: Caller, selection: Selection): Promise<void> {
    await this.db.daos.events.delete(await this.within(caller, selection));
  }

  /** Deletes what is older than so many days; nothing for 0. */
  async purge(days: number, signal: AbortSignal): Promise<void> {
    if (days > 0) await this.db.daos.events.delete({ until: new Date(this.now().getTime() - days * DAY_MS) }, signal);
  }

  /** The selection, limited to what the caller may use; refuses to select events that are named and are not. */
  private async within(caller: Caller, selection: Selection): Promise<Selection & Owners> {
    const { uuids } = selection;
    assertSays('events', selection);
    if (uuids !== undefined) await this.assertMayUseAll(caller, uuids);
    const everything = { account: undefined, domainUuid: undefined, project: undefined, listAll: true, isRecursive: true, byId: false };
    return { ...selection, ...(await this.access.owners(caller, everything)) };
  }

  private async assertMayUseAll(caller: Caller, uuids: readonly string[]): Promise<void> {
    const events = new Map((await this.db.daos.events.listByUuids(uuids)).map((event) => [event.uuid, event]));
    for (const uuid of uuids) assertMayUse(caller, found(events.get(uuid), 'event', uuid), `event ${uuid}`);
  }

  private async find(uuid: string) {
    return found(await this.db.daos.events.findByUuid(uuid), 'event', uuid);
  }

  private secondsAgo(seconds: number | undefined, parameter: string): Date | undefined {
    if (seconds === undefined) return undefined;
    if (seconds < 0) throw invalid(parameter, 'must not be negative');
    return new Date(this.now().getTime() - seconds * 1000);
  }
}
