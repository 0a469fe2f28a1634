import { randomUUID } from 'node:crypto';
import type { Alert } from '../dao/alert-dao.js';
import type { Selection } from '../dao/archive.js';
import type { Daos, Database } from '../dao/database.js';
import type { Listing, Page } from '../dao/page.js';
import { found, invalid, lookUp } from '../errors.js';
import { ALERT_TYPES, type AlertName } from './alert-type.js';
import { assertSays } from './selection.js';

/** What a list of alerts is narrowed by. */
export interface AlertWish {
  readonly uuid: string | undefined;
  /** The name of a type, or its number. */
  readonly type: string | undefined;
  readonly keyword: string | undefined;
}

/** Which alerts are to be archived or deleted. */
export type AlertSelection = Selection & { readonly type: string | undefined };

const LONGEST = 1024;

/** Tells administrators what they should look after. */
export class AlertManager {
  constructor(
    private readonly db: Database,
    private readonly now: () => Date,
  ) {}

  /** Raises an alert: part of the transaction that decides that there is one to raise. */
  async raise(daos: Daos, name: AlertName, text: string): Promise<void> {
    const description = text.slice(0, LONGEST);
    const alert = { uuid: randomUUID(), type: ALERT_TYPES[name], description, archived: false, created: this.now() };
    await daos.alerts.insert(alert);
  }

  /** Raises an alert unless one with the same words waits for somebody to look after it. */
  async raiseOnce(daos: Daos, name: AlertName, text: string): Promise<void> {
    if (!(await daos.alerts.isRaised(ALERT_TYPES[name], text.slice(0, LONGEST)))) await this.raise(daos, name, text);
  }

  /** Those that have not been archived, newest first. */
  async list({ uuid, type, keyword }: AlertWish, page: Page): Promise<Listing<Alert>> {
    const one = await lookUp(uuid, 'alert', async (id) => (await this.db.daos.alerts.listByUuids([id]))[0]);
    return this.db.daos.alerts.list({ id: one?.id, type: numberOf(type), keyword }, page);
  }

  async archive(selection: AlertSelection): Promise<void> {
    await this.db.daos.alerts.archive(await this.checked(selection));
  }

  async delete(selection: AlertSelection): Promise<void> {
    await this.db.daos.alerts.delete(await this.checked(selection));
  }

  private async checked(selection: AlertSelection): Promise<Selection> {
    assertSays('alerts', selection);
    const { uuids = [] } = selection;
    const known = new Map((await this.db.daos.alerts.listByUuids(uuids)).map((alert) => [alert.uuid, alert]));
    for (const uuid of uuids) found(known.get(uuid), 'alert', uuid);
    return { ...selection, type: numberOf(selection.type) };
  }
}

function numberOf(type: string | undefined): number | undefined {
  if (type === undefined) return undefined;
  const number = ALERT_TYPES[type.toUpperCase() as AlertName] ?? Number(type);
  if (!Object.values<number>(ALERT_TYPES).includes(number))
    throw invalid('type', `"${type}" is not one of ${Object.keys(ALERT_TYPES).join(', ')}`);
  return number;
}
