import { Command, Parameter } from '../api/command.js';
import type { Page } from '../dao/page.js';
import { ApiError, invalid } from '../errors.js';
import type { Services } from '../services.js';

/** What `pagesize=-1` shows at most: a list is never without bound. */
const MOST_ITEMS = 10_000;

/** A command that shows a list page by page. */
export abstract class PagedCommand extends Command {
  @Parameter({ type: 'string', description: 'only entries whose names contain this text' })
  keyword: string | undefined;

  @Parameter({ type: 'integer', description: '' })
  page: number | undefined;

  @Parameter({ type: 'integer', description: '' })
  pageSize: number | undefined;

  /** The part of the list that is asked for, by CloudStack's rules. */
  protected pageOf({ settings }: Services): Page {
    const most = settings.get('default.page.size');
    const { page, pageSize } = this;
    if (pageSize === -1) {
      if (page !== undefined) {
        throw new ApiError('invalid_value', "Can't specify page parameter when pagesize is -1 (Unlimited)");
      }
      return { limit: MOST_ITEMS, offset: 0 };
    }
    if (page !== undefined && pageSize === undefined) throw paired('pagesize', 'page');
    if (page === undefined && pageSize !== undefined) throw paired('page', 'pagesize');
    if (pageSize !== undefined && pageSize < 0) throw invalid('pagesize', 'must not be negative');
    if (pageSize !== undefined && pageSize > most) {
      throw new ApiError('invalid_value', `Page size can't exceed max allowed page size value: ${most}`);
    }
    const limit = pageSize ?? most;
    return { limit, offset: Math.max(0, (page ?? 1) - 1) * limit };
  }
}

const paired = (missing: string, given: string): ApiError =>
  new ApiError('bad_parameter', `"${missing}" parameter is required when "${given}" is specified`);
