import { EVERYONE } from '../../account/role-type.js';
import { ApiCommand, Command } from '../../api/command.js';
import { CLOUDSTACK_VERSION } from '../../api/reply.js';
import type { Services } from '../../services.js';
import { capabilityResponse } from '../responses/capability.js';

@ApiCommand({
  name: 'listCapabilities',
  description: 'Lists capabilities',
  roles: EVERYONE,
  returns: capabilityResponse,
})
export class ListCapabilitiesCmd extends Command {
  execute({ settings }: Services) {
    return {
      capability: {
        cloudstackversion: CLOUDSTACK_VERSION,
        securitygroupsenabled: false,
        dynamicrolesenabled: false,
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
        customdiskofferingminsize: 1,
        customdiskofferingmaxsize: 1024,
        defaultuipagesize: Math.min(20, settings.get('default.page.size')),
      },
    };
  }
}
