import type { CallContext } from '../call-context.js';
import type { Zone } from '../dao/zone-dao.js';
import { toApiError } from '../errors.js';
import type { ZoneDirectory } from '../inventory/zone-directory.js';
import type { Capabilities, ConnectionStep } from '../provider/index.js';
import type { BackupFramework, InstalledProvider } from './backup-framework.js';

/** Longer than a backup system needs to say what it can do; a list does not wait for one that is down. */
const ANSWER_MS = 5000;

/** What a list of providers is narrowed by, and the zone in which they are asked what they can do. */
export interface ProviderWish {
  readonly name: string | undefined;
  readonly zoneUuid: string | undefined;
}

/** A provider, and as far as a zone is named what it can do there now, or why that is not known. */
export interface ListedProvider extends InstalledProvider {
  readonly capabilities?: Capabilities;
  readonly failure?: string;
}

/** What came of trying the way to a backup system. */
export interface ConnectionReport {
  readonly zone: Zone;
  readonly provider: string;
  readonly steps: readonly ConnectionStep[];
}

/** Tells administrators which providers there are, what they can do in a zone, and whether they reach their backup systems from there. */
export class BackupProviderManager {
  constructor(
    private readonly zones: ZoneDirectory,
    private readonly framework: BackupFramework,
  ) {}

  /** Every provider that is loaded, whether a zone uses it or not; one that cannot say what it can do is listed all the same. */
  async list({ name, zoneUuid }: ProviderWish, call: CallContext): Promise<readonly ListedProvider[]> {
    const installed = this.framework.providers().filter((provider) => name === undefined || provider.name === name);
    if (zoneUuid === undefined) return installed;
    const zone = this.zones.get(zoneUuid);
    return Promise.all(installed.map(async (provider) => ({ ...provider, ...(await this.ask(provider.name, zone, call)) })));
  }

  /** Has the provider try the way to its backup system, as the zone is set up now; the zone's own provider unless one is named. */
  async checkConnection(zoneUuid: string, name: string | undefined, { signal }: CallContext): Promise<ConnectionReport> {
    const zone = this.zones.get(zoneUuid);
    const provider = name ?? this.framework.providerNameOf(zone);
    this.framework.assertInstalled(provider);
    const steps = (await this.framework.provider(provider, zone).checkConnection?.(signal)) ?? [];
    return { zone, provider, steps };
  }

  private async ask(name: string, zone: Zone, call: CallContext): Promise<Pick<ListedProvider, 'capabilities' | 'failure'>> {
    try {
      const signal = AbortSignal.any([call.signal, AbortSignal.timeout(ANSWER_MS)]);
      return { capabilities: await this.framework.provider(name, zone).capabilities(signal) };
    } catch (error) {
      const { kind, message } = toApiError(error, call.requestId);
      if (kind === 'internal') throw error;
      return { failure: message };
    }
  }
}
