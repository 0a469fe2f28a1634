import { NOBODY } from '../scene.js';
import { row, type Row } from './scene.js';

const EVER = { startdate: '2020-01-01', enddate: '2020-12-31' };

/** What has been used. */
export const USAGE: readonly Row[] = [
  row('generateUsageRecords', () => EVER),
  row('listUsageRecords', async (stage) => ({ ...EVER, enddate: '2999-12-31', usageid: (await stage.backedUp()).vmId })),
  row('listUsageTypes'),
];

/** What is refused of it. */
export const REFUSED_USAGE: readonly Row[] = [
  row('listUsageRecords.backwards', () => ({ ...EVER, enddate: '2019-01-01' })),
  row('listUsageRecords.nothing-account', () => ({ ...EVER, accountid: NOBODY })),
  row('listUsageRecords.nothing-machine', () => ({ ...EVER, usageid: NOBODY })),
];
