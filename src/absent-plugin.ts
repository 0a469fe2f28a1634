import type { PluginKind } from './provider/index.js';
import type { Plugins } from './provider/load-plugins.js';

/** Why this server has no plugin of the kind and name, for whoever needs it. */
export function whyAbsent({ broken }: Plugins, kind: PluginKind, name: string): string {
  const fault = broken.find((each) => each.isMeantAs(kind, name));
  return fault ? `${kind} plugin ${name} could not be loaded: ${fault.reason}` : `there is no ${kind} plugin "${name}"`;
}
