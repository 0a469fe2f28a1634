import { Command, Parameter } from '../api/command.js';
import type { Selection } from '../dao/archive.js';

/** A command that archives or deletes what has happened. */
export abstract class SelectionCommand extends Command {
  @Parameter({ type: 'list', description: 'only those with these IDs' })
  ids: readonly string[] | undefined;

  @Parameter({ type: 'string', description: 'only those of this type' })
  type: string | undefined;

  @Parameter({ type: 'date', description: 'only those from this time on' })
  startDate: Date | undefined;

  @Parameter({ type: 'date', description: 'only those up to this time' })
  endDate: Date | undefined;

  /** What is to be archived or deleted: whatever meets every condition that is given. */
  protected selection() {
    return {
      uuids: this.ids?.map((id) => id.toLowerCase()),
      type: this.type,
      since: this.startDate,
      until: this.endDate,
    } satisfies Selection;
  }
}
