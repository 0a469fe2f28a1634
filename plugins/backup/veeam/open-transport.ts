import { ProviderError, Records, type PluginHost } from '../../../src/provider/index.js';
import { EmTransport } from './em/em-transport.js';
import { ConnectionFailed } from './failures.js';
import { HttpsClient, type HttpsOptions } from './https-client.js';
import type { VeeamSettings } from './settings.js';
import type { SharedClients } from './shared-clients.js';
import type { OpenTransport, Transport } from './transport.js';
import { VbrTransport } from './vbr/vbr-transport.js';

const VBR_PORT = 9419;
/** How long it may take to find out who answers. */
const ANSWER_MS = 15_000;
const WHERE = 'name the server of Veeam in the setting vbr.url, or Enterprise Manager in url';

/** The API that was found where the settings leave it open, and the address that it was found by. */
interface Choice {
  readonly api: 'vbr' | 'em';
  readonly url: string;
}

/** What ways to Veeam are opened with. */
interface Host extends Pick<PluginHost, 'store' | 'now'> {
  readonly clients: SharedClients;
}

/** The way to Veeam that the settings ask for. */
export function transportOpener(settings: VeeamSettings, { store, now }: PluginHost, clients: SharedClients): OpenTransport {
  const host = { store, now, clients };
  return async () => {
    switch (settings.api) {
      case 'auto':
        return settings['vbr.url'] === '' ? openWhatWasFound(settings, host) : openVbr(settings, host);
      case 'vbr':
        return openVbr(settings, host);
      case 'em':
        return openEm(settings, host);
      default:
        throw new ProviderError('rejected', `the setting api is "${settings.api}"; it can be auto, vbr or em`);
    }
  };
}

/** The API that was found first: what has been begun there is known to no other. */
async function openWhatWasFound(settings: VeeamSettings, host: Host): Promise<Transport> {
  const { url } = settings;
  const choices = new Records<Choice>(host.store, 'api/');
  const before = await choices.get('found');
  const found = before?.url === url ? before : { api: await whatAnswers(settings, host), url };
  const { api } = await choices.change('found', (present) => (present?.url === url ? present : found));
  return api === 'vbr' ? openVbr(settings, host) : openEm(settings, host);
}

/** Backup & Replication, unless nobody is there and Enterprise Manager answers in its place. */
async function whatAnswers(settings: VeeamSettings, host: Host): Promise<Choice['api']> {
  const limited = AbortSignal.timeout(ANSWER_MS);
  const [vbr, em] = [openVbr(settings, host), openEm(settings, host)].map((each) => each.reach(limited).then(() => undefined, asFailure));
  const failure = await vbr;
  if (failure instanceof ConnectionFailed && failure.stage === 'settings') throw failure;
  if (!(failure instanceof ConnectionFailed && failure.stage === 'address')) return 'vbr';
  const other = await em;
  if (!other) return 'em';
  // Where nobody answers at all, nothing is chosen: whichever comes back first is asked for then.
  const stage = other instanceof ConnectionFailed && other.stage === 'certificate' ? 'certificate' : 'address';
  throw new ConnectionFailed(stage, failure.fault, `${failure.message}, and ${other.message}; ${WHERE}`, other);
}

const asFailure = (error: Error): Error => error;

function openVbr(settings: VeeamSettings, { now, clients }: Host): VbrTransport {
  const address = settings['vbr.url'] === '' ? `https://${parse('url', settings.url).hostname}:${VBR_PORT}` : settings['vbr.url'];
  const options = optionsOf(settings, parse('vbr.url', address));
  const { username, password, version } = settings;
  return new VbrTransport(new HttpsClient(options), settings, now, clients.of(now, 'vbr', options, username, password, version));
}

/** With the Backup & Replication server for what Enterprise Manager cannot do, if there is one set. */
function openEm(settings: VeeamSettings, host: Host): EmTransport {
  const companion = settings['vbr.url'] === '' ? undefined : openVbr(settings, host);
  const { url, username, password } = settings;
  const options = optionsOf(settings, parse('url', url));
  return new EmTransport(new HttpsClient(options), settings, companion, host.clients.of(host.now, 'em', options, url, username, password));
}

/** How the server at this address is connected to. */
function optionsOf(settings: VeeamSettings, { origin }: URL): HttpsOptions {
  const timeoutMs = Math.max(1, settings['request.timeout']) * 1000;
  return { origin, verifies: settings['validate.ssl'], caFile: settings['ca.file'], timeoutMs };
}

function parse(key: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:') return url;
  throw new ProviderError('rejected', `the setting ${key} is "${text}"; it must be an address that begins with https://`);
}
