import { NOBODY } from '../scene.js';
import { row, rowOfReader, type Row, type Stage } from './scene.js';

/** An account that only this request knows. */
async function owner({ server, title, world }: Stage) {
  const { account } = await server.createUser(title.replaceAll(' ', '-'));
  return { account: String(account.name), domainid: world.domainId };
}

export const LIMITS: readonly Row[] = [
  rowOfReader('listResourceLimits'),
  row('listResourceLimits.of-a-domain', ({ world }) => ({ domainid: world.domainId, resourcetype: '13' })),
  row('updateResourceCount', ({ world }) => ({ domainid: world.domainId, account: 'reader' })),
  row('updateResourceLimit', async (stage) => ({ ...(await owner(stage)), resourcetype: '12', max: '50' })),
];

export const REFUSED_LIMITS: readonly Row[] = [
  row('listResourceLimits.type', () => ({ resourcetype: '0' })),
  row('listResourceLimits.type-name', () => ({ resourcetypename: 'user_vm' })),
  row('listResourceLimits.project', () => ({ projectid: NOBODY })),
  rowOfReader('listResourceLimits.denied', ({ world }) => ({ account: 'admin', domainid: world.domainId })),
  row('updateResourceLimit.of-nobody', () => ({ resourcetype: '12', max: '50' })),
  row('updateResourceLimit.no-account', ({ world }) => ({ account: 'nobody', domainid: world.domainId, resourcetype: '12', max: '50' })),
  row('updateResourceLimit.negative', ({ world }) => ({ domainid: world.domainId, resourcetype: '12', max: '-2' })),
  row('updateResourceLimit.too-large', ({ world }) => ({ domainid: world.domainId, resourcetype: '13', max: String(2 ** 23) })),
  row('createBackup.limit', async (stage) => {
    const { account, domainid } = await owner(stage);
    await stage.server.admin.call('updateResourceLimit', { account, domainid, resourcetype: '12', max: '0' });
    const { vmId } = await stage.inPolicy({ account, domainid });
    return { virtualmachineid: vmId };
  }),
];
