import { randomUUID } from 'node:crypto';
import { forEachEngine, testDatabase } from '../kit/engines.js';
import { MANNERS } from '../kit/faulty.js';
import { Bench } from './bench.js';
import { failEachCall } from './sweep.js';

forEachEngine((engine) => {
  const handle = testDatabase(engine);

  test.each(MANNERS)(
    'a command that is sent again until it is answered becomes one job, whichever call fails $when it is made and the server $then',
    async (manner) => {
      const bench = await Bench.open(handle.db);
      const { uuid } = await bench.protect();
      const outcomes = await failEachCall(bench, manner, async (_bench, plan) => {
        const idempotencyKey = randomUUID();
        const wish = { virtualmachineid: uuid, idempotencykey: idempotencyKey };
        const { answer, isFirst } = await bench.ask('createBackup', wish, plan);
        const ofKey = handle.db.knex('idempotent_answer').select('about').where({ idempotencyKey });
        const jobs = (await handle.db.knex('async_job').whereIn('uuid', ofKey)) as { uuid: string; operationId: string }[];
        expect([answer]).toMatchObject(jobs.map(({ uuid: jobid }) => ({ jobid })));
        const events = await handle.db.knex('event').where({ operationId: jobs[0]?.operationId });
        expect(events).toMatchObject([{ state: 'Scheduled' }]);
        return { succeeded: isFirst };
      });
      expect(new Set(outcomes.map(({ succeeded }) => succeeded))).toEqual(new Set([true, false]));
    },
  );
});
