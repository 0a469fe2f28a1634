import { ADMINISTRATORS, EVERYONE, type RoleType } from '../../account/role-type.js';
import { ApiCommand, Command, OpenCommand, type CommandAbout, type CommandClass } from '../../api/command.js';
import { responseOf } from '../../api/response.js';
import { OwnedListCommand } from '../owned-list-command.js';

/** Commands by name, each with the key of its list and what the list would hold. */
type Lists = Readonly<Record<string, readonly [object: string, what: string]>>;

/** What machine clients ask for beside machines, and take from listApis. */
const LISTED: Lists = {
  listIpForwardingRules: ['ipforwardingrule', 'IP forwarding rules'],
  listPortForwardingRules: ['portforwardingrule', 'port forwarding rules'],
  listPublicIpAddresses: ['publicipaddress', 'public IP addresses'],
};

/** What the web UI and others ask for without looking into listApis; listed there, it would have pages and menus of its own. */
const UNLISTED: Lists = {
  listAffinityGroups: ['affinitygroup', 'affinity groups'],
  listAndSwitchSamlAccount: ['samluseraccount', 'accounts of single sign-on'],
  listAnnotations: ['annotation', 'comments'],
  listEgressFirewallRules: ['firewallrule', 'egress rules'],
  listExtensions: ['extension', 'extensions'],
  listIdps: ['idp', 'identity providers'],
  listInstanceGroups: ['instancegroup', 'groups of machines'],
  listIsos: ['iso', 'ISO images'],
  listNetworkServiceProviders: ['networkserviceprovider', 'providers of network services'],
  listProjects: ['project', 'projects'],
  listResourceIcon: ['icon', 'icons'],
  listSecurityGroups: ['securitygroup', 'security groups'],
  listSnapshots: ['snapshot', 'snapshots of volumes'],
  listSSHKeyPairs: ['sshkeypair', 'SSH key pairs'],
  listTags: ['tag', 'tags'],
  listVirtualMachinesUsageHistory: ['virtualmachine', 'recorded loads of machines'],
  listVMSchedule: ['vmschedule', 'schedules that start and stop machines'],
  listVMSnapshot: ['vmSnapshot', 'snapshots of machines'],
  listVPCs: ['vpc', 'private clouds'],
};

/** As above, for those who look after the infrastructure. */
const UNLISTED_OF_ADMINISTRATORS: Lists = {
  listClusters: ['cluster', 'clusters of hosts'],
  listDedicatedZones: ['dedicatedzone', 'zones kept for one domain'],
  listHosts: ['host', 'hosts'],
  listPods: ['pod', 'pods'],
  listRouters: ['router', 'virtual routers'],
  listStoragePools: ['storagepool', 'primary storages'],
  listSystemVms: ['systemvm', 'system machines'],
};

/** What the web UI asks for before anybody has logged in. */
const UNLISTED_AND_OPEN: Lists = {
  listGuiThemes: ['guiThemes', 'themes of the web UI'],
  listOauthProvider: ['oauthprovider', 'providers of single sign-on'],
};

const about = (name: string, [object, what]: Lists[string], roles: readonly RoleType[] = EVERYONE): CommandAbout => ({
  name,
  description: `Answers an empty list: this server keeps no ${what}`,
  roles,
  returns: responseOf(object, { id: ['string', 'the ID'] }),
});

/** A command that takes the parameters of lists and always answers an empty one. */
function ownedList(list: CommandAbout): CommandClass {
  @ApiCommand(list)
  class EmptyListCmd extends OwnedListCommand {
    execute() {
      return {};
    }
  }
  return EmptyListCmd;
}

/** A command that is not listed and always gives the same answer, whatever is sent with it. */
function fixed(command: CommandAbout, answer: object = {}): CommandClass {
  @ApiCommand({ ...command, unlisted: true })
  class FixedAnswerCmd extends Command {
    execute() {
      return answer;
    }
  }
  return FixedAnswerCmd;
}

/** As `fixed`, also for whoever has not logged in. */
function openFixed(command: CommandAbout, answer: object = {}): CommandClass {
  @ApiCommand({ ...command, unlisted: true })
  class OpenAnswerCmd extends OpenCommand {
    async answer() {
      return { body: answer };
    }
  }
  return OpenAnswerCmd;
}

const all = (lists: Lists, make: (list: CommandAbout) => CommandClass, roles?: readonly RoleType[]): CommandClass[] =>
  Object.entries(lists).map(([name, list]) => make(about(name, list, roles)));

/** Answers that clients read more of than an empty list. */
const OTHERS: readonly CommandClass[] = [
  fixed(
    {
      name: 'cloudianIsEnabled',
      description: 'Says whether the object storage of that name is joined to the server; it is not',
      roles: EVERYONE,
      returns: responseOf('cloudianisenabled', { enabled: ['boolean', 'whether it is joined'] }),
    },
    { cloudianisenabled: { enabled: false } },
  ),
  openFixed(
    {
      name: 'forgotPassword',
      description: 'Says whether users can have a new password sent to them; they cannot',
      roles: EVERYONE,
      returns: responseOf('forgotpassword', { enabled: ['boolean', 'whether they can'] }),
    },
    { enabled: false },
  ),
  fixed(
    {
      name: 'listDetailOptions',
      description: 'Names the details that can be set on a thing, with their values; there are none',
      roles: EVERYONE,
      returns: responseOf('detailoptions', { details: ['responseobject', 'for each detail its values'] }),
    },
    { detailoptions: { details: {} } },
  ),
  // The one list of CloudStack whose envelope is not named after the command.
  fixed({ ...about('listLdapConfigurations', ['LdapConfiguration', 'LDAP servers']), envelope: 'ldapConfiguration' }),
];

/** Commands about things that this server does not have: asked for by clients, so answered, truthfully. */
export const absentCommands: readonly CommandClass[] = [
  ...all(LISTED, ownedList),
  ...all(UNLISTED, fixed),
  ...all(UNLISTED_OF_ADMINISTRATORS, fixed, ADMINISTRATORS),
  ...all(UNLISTED_AND_OPEN, openFixed),
  ...OTHERS,
];
