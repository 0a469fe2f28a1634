import { ProviderError } from '../../../../src/provider/index.js';
import { withQuery, type EmClient } from './client.js';
import type { Kind, Page } from './entities.js';

const PAGE_SIZE = 500;
/** No question about one machine has more of them. */
const MOST_PAGES = 100;

/** Entities of one type that are asked for. */
export interface Query<T> {
  /** As the query service names it. */
  readonly type: string;
  readonly kind: Kind<Page<T>>;
  readonly filter: string;
}

/** What has this value in the field. */
export function equals(field: string, value: string): string {
  // The language has no way to write it.
  if (value.includes('"')) throw new ProviderError('rejected', `Enterprise Manager cannot be asked for the ${field} ${value}`);
  return `${field}=="${value}"`;
}

/** What has one of these values in the field. */
export const equalsAny = (field: string, values: readonly string[]): string => values.map((value) => equals(field, value)).join(',');

/** Asks Enterprise Manager for some of the entities that it has. */
export class Queries {
  constructor(private readonly em: EmClient) {}

  /** The newest, so many at most; fewer only where there are no more, however short the pages of the server are. */
  async newest<T>(query: Query<T>, most: number, signal: AbortSignal): Promise<readonly T[]> {
    const items: T[] = [];
    for (let [number, pages] = [1, 1]; number <= pages && items.length < most; number++) {
      const page = await this.page(query, { sortDesc: 'CreationTime', pageSize: String(most), page: String(number) }, signal);
      pages = page.pages;
      items.push(...page.items);
    }
    return items.slice(0, most);
  }

  /** All of them; undefined where the server does not answer such a query. */
  async all<T>(query: Query<T>, signal: AbortSignal): Promise<readonly T[] | undefined> {
    const items: T[] = [];
    try {
      for (let [number, pages] = [1, 1]; number <= pages; number++) {
        const page = await this.page(query, { sortAsc: 'UID', pageSize: String(PAGE_SIZE), page: String(number) }, signal);
        if (page.pages > MOST_PAGES) return undefined;
        pages = page.pages;
        items.push(...page.items);
      }
      return items;
    } catch (error) {
      if (error instanceof ProviderError && ['rejected', 'not_found'].includes(error.fault)) return undefined;
      throw error;
    }
  }

  private page<T>({ type, kind, filter }: Query<T>, part: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Page<T>> {
    return this.em.get(withQuery('query', { type, format: 'Entities', ...part, filter }), kind, signal);
  }
}
