import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Parameter } from '../../api/command.js';
import { list } from '../../api/response.js';
import type { CallContext } from '../../call-context.js';
import type { EventWish } from '../../events/event-manager.js';
import type { Services } from '../../services.js';
import { OwnedListCommand } from '../owned-list-command.js';
import { eventResponse, toEventResponse } from '../responses/event.js';

@ApiCommand({
  name: 'listEvents',
  description: 'Lists what was done, by whom and with what, newest first',
  roles: EVERYONE,
  returns: eventResponse,
})
export class ListEventsCmd extends OwnedListCommand {
  @Parameter({ type: 'uuid', entity: 'event', description: 'only the event with this ID' })
  id: string | undefined;

  @Parameter({ type: 'uuid', entity: 'event', description: 'only the events of the job that began with this one' })
  startId: string | undefined;

  @Parameter({ type: 'string', description: 'only events of this type, such as BACKUP.CREATE' })
  type: string | undefined;

  @Parameter({ type: 'string', description: 'only events of this level: INFO or ERROR' })
  level: string | undefined;

  @Parameter({ type: 'string', description: 'only events of this state: Scheduled, Started or Completed' })
  state: string | undefined;

  @Parameter({ type: 'date', description: 'only events from this time on' })
  startDate: Date | undefined;

  @Parameter({ type: 'date', description: 'only events up to this time' })
  endDate: Date | undefined;

  @Parameter({ type: 'integer', description: 'without startdate: only events of at most this age in seconds' })
  entryTime: number | undefined;

  @Parameter({ type: 'integer', description: 'without enddate: only events of at least this age in seconds' })
  duration: number | undefined;

  @Parameter({ type: 'string', description: 'ID of a thing: only what was done with it' })
  resourceId: string | undefined;

  @Parameter({ type: 'string', description: 'only what was done with things of this kind, such as VirtualMachine' })
  resourceType: string | undefined;

  @Parameter({ type: 'boolean', description: 'true: those that have been archived instead of those that have not' })
  archived: boolean | undefined;

  async execute(services: Services, { caller }: CallContext) {
    const owners = this.ownersWished(this.id ?? this.startId ?? this.resourceId);
    const { rows, total } = await services.events.list(caller, owners, this.wish(), this.pageOf(services));
    return list('event', rows.map(toEventResponse), total);
  }

  private wish(): EventWish {
    const { type, level, state, keyword, resourceType, archived = false } = this;
    return {
      ...{ type, keyword, resourceType, archived },
      level: level?.toUpperCase(),
      state,
      uuid: this.id,
      startUuid: this.startId,
      since: this.startDate,
      until: this.endDate,
      oldestSeconds: this.entryTime,
      youngestSeconds: this.duration,
      resourceUuid: this.resourceId?.toLowerCase(),
    };
  }
}
