import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command } from '../../api/command.js';
import { CLOUDSTACK_VERSION } from '../../api/reply.js';
import type { Services } from '../../services.js';
import type { DynamicSettings } from '../../settings/dynamic-settings.js';
import { LEAST_GIB, MOST_GIB } from '../disk-size.js';
import { capabilityResponse } from '../responses/capability.js';

@ApiCommand({
  name: 'listCapabilities',
  description: 'Says which features this server has, for clients that adapt to it',
  roles: EVERYONE,
  returns: capabilityResponse,
})
export class ListCapabilitiesCmd extends Command {
  execute({ settings }: Services) {
    return {
      capability: {
        cloudstackversion: CLOUDSTACK_VERSION,
        securitygroupsenabled: false,
        dynamicrolesenabled: true,
        userpublictemplateenabled: false,
        supportELB: 'false',
        projectinviterequired: false,
        allowusercreateprojects: false,
        regionsecondaryenabled: false,
        kvmsnapshotenabled: false,
        allowuserviewdestroyedvm: true,
        allowuserexpungerecovervm: true,
        allowuserexpungerecovervolume: false,
        allowuserviewalldomainaccounts: false,
        allowuserforcestopvm: true,
        kubernetesserviceenabled: false,
        kubernetesclusterexperimentalfeaturesenabled: false,
        instancesstatsuseronly: false,
        instancesdisksstatsretentionenabled: false,
        customdiskofferingminsize: LEAST_GIB,
        customdiskofferingmaxsize: MOST_GIB,
        customhypervisordisplayname: settings.get('hypervisor.custom.display.name'),
        dynamicscalingenabled: settings.get('enable.dynamic.scale.vm'),
        instanceleaseenabled: false,
        ...requestLimits(settings),
        defaultuipagesize: Math.min(20, settings.get('default.page.size')),
      },
    };
  }
}

const requestLimits = (settings: DynamicSettings) =>
  settings.get('api.throttling.enabled')
    ? { apilimitinterval: settings.get('api.throttling.interval'), apilimitmax: settings.get('api.throttling.max') }
    : {};
