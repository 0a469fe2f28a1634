import type { Listing, Page } from '../dao/page.js';
import type { Zone } from '../dao/zone-dao.js';
import { found, invalid } from '../errors.js';
import type { PluginInstances } from '../plugin-host/plugin-instances.js';
import type { Catalogue } from '../provider/index.js';
import type { ZoneDirectory } from './zone-directory.js';

/** The kinds of things in a catalogue, each with what one of them is called. */
const SHELVES = {
  serviceOfferings: 'service offering',
  diskOfferings: 'disk offering',
  templates: 'template',
  osCategories: 'category of operating systems',
  osTypes: 'operating system',
  networks: 'network',
} as const;
export type Shelf = keyof typeof SHELVES;

/** Something of a zone's catalogue. */
export interface CatalogueItem<S extends Shelf> {
  readonly entry: Catalogue[S][number];
  readonly catalogue: Catalogue;
  readonly zone: Zone;
}

/** What a list out of the catalogues is narrowed by. */
export interface CatalogueWish {
  readonly uuid: string | undefined;
  readonly name: string | undefined;
  readonly zoneUuid: string | undefined;
  readonly keyword: string | undefined;
}

/** CloudStack's words for choosing templates, and whether those of a source are meant: each is for everybody, and recommended. */
const TEMPLATE_FILTERS: ReadonlyMap<string, boolean> = new Map([
  ['all', true],
  ['featured', true],
  ['executable', true],
  ['self', false],
  ['selfexecutable', false],
  ['shared', false],
  ['sharedexecutable', false],
  ['community', false],
]);

const NOTHING = { rows: [], total: 0 };

/** What there is to make machines of, as the inventory sources tell it; everybody sees it. */
export class CatalogueManager {
  constructor(
    private readonly zones: ZoneDirectory,
    private readonly plugins: PluginInstances,
  ) {}

  /**
   * One shelf of one zone, or of all zones: then what several share is shown once, for the oldest of them, and a zone whose source
   * does not answer is left out, unless what is asked for could be there.
   */
  async list<S extends Shelf>(
    shelf: S,
    wish: CatalogueWish,
    { limit, offset }: Page,
    signal: AbortSignal,
  ): Promise<Listing<CatalogueItem<S>>> {
    const { uuid, name, keyword = '', zoneUuid } = wish;
    const byUuid = new Map<string, CatalogueItem<S>>();
    const { read, failures } = await this.read(zoneUuid, signal);
    for (const { zone, catalogue } of read) {
      const entries: readonly Catalogue[S][number][] = catalogue[shelf];
      for (const entry of entries) if (!byUuid.has(entry.uuid)) byUuid.set(entry.uuid, { entry, catalogue, zone });
    }
    const [failure] = failures;
    if (failure && uuid !== undefined && !byUuid.has(uuid)) throw failure;
    const known = uuid === undefined ? [...byUuid.values()] : [found(byUuid.get(uuid), SHELVES[shelf], uuid)];
    const wanted = known
      .filter(({ entry }) => name === undefined || entry.name === name)
      .filter(({ entry }) => entry.name.toLowerCase().includes(keyword.toLowerCase()));
    return { rows: wanted.slice(offset, offset + limit), total: wanted.length };
  }

  /** The templates, if those that the filter asks for are such as a source has. */
  async listTemplates(filter: string, wish: CatalogueWish, page: Page, signal: AbortSignal): Promise<Listing<CatalogueItem<'templates'>>> {
    const isMeant = TEMPLATE_FILTERS.get(filter.toLowerCase());
    if (isMeant === undefined) throw invalid('templatefilter', `"${filter}" is none of ${[...TEMPLATE_FILTERS.keys()].join(', ')}`);
    const templates = await this.list('templates', wish, page, signal);
    return isMeant ? templates : NOTHING;
  }

  /** The networks; none of them ever has to be restarted. */
  async listNetworks(
    restarting: boolean,
    wish: CatalogueWish,
    page: Page,
    signal: AbortSignal,
  ): Promise<Listing<CatalogueItem<'networks'>>> {
    const networks = await this.list('networks', wish, page, signal);
    return restarting ? NOTHING : networks;
  }

  /** The kinds of hypervisors in one zone, or in all. */
  async hypervisors(zoneUuid: string | undefined, signal: AbortSignal): Promise<readonly string[]> {
    const { read } = await this.read(zoneUuid, signal);
    return [...new Set(read.flatMap(({ catalogue }) => catalogue.hypervisors))];
  }

  /** The catalogues of the zones whose sources answer; rejects if none does. */
  private async read(zoneUuid: string | undefined, signal: AbortSignal) {
    const zones = zoneUuid === undefined ? this.zones.all() : [this.zones.get(zoneUuid)];
    const asked = zones.map(async (zone) => ({ zone, catalogue: await this.plugins.inventory(zone).readCatalogue(signal) }));
    const answers = await Promise.allSettled(asked);
    const read = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []));
    const [failure] = failures;
    if (failure && read.length === 0) throw failure;
    return { read, failures };
  }
}
