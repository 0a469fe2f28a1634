import type { CommandClass } from '../../api/command.js';
import { ListIpForwardingRulesCmd } from './list-ip-forwarding-rules.js';
import { ListPortForwardingRulesCmd } from './list-port-forwarding-rules.js';
import { ListPublicIpAddressesCmd } from './list-public-ip-addresses.js';

export const networkCommands: readonly CommandClass[] = [ListIpForwardingRulesCmd, ListPortForwardingRulesCmd, ListPublicIpAddressesCmd];
