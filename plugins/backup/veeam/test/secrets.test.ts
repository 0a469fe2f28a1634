import { expectFault, never } from '../../../../test/kit/contract/samples.js';
import { USER } from './bench.js';
import { emBench, type EmBench } from './em-bench.js';

let bench: EmBench;
beforeAll(async () => void (bench = await emBench()));
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const SAID = `logging on as ${USER.password}: refused`;
const SHOWN = 'logging on as ***: refused';

test.each(['vbr', 'em'] as const)('what sessions over %s say is shown without the password', async (api) => {
  const { take } = await bench.assigned(bench.open({ api, ...bench.companion }));
  const provider = bench.open(api === 'vbr' ? { api, ...bench.companion } : { api });
  Object.assign(bench.estate.sessions.script, { result: 'Failed', message: SAID, errors: [SAID] });
  const { message } = await expectFault(provider.takeBackup(take(), never), 'rejected');
  expect(message).toContain(SHOWN);
  expect(message).not.toContain(USER.password);
});

test('what a session says with its warning is logged without the password', async () => {
  const provider = bench.open({ api: 'vbr', ...bench.companion });
  const { take } = await bench.assigned(provider);
  Object.assign(bench.estate.sessions.script, { result: 'Warning', message: SAID });
  await provider.takeBackup(take(), never);
  expect(bench.logged).toContainEqual(expect.objectContaining({ fields: expect.objectContaining({ warning: SHOWN }) }));
});

test('what a task of Enterprise Manager fails with is shown without the password', async () => {
  const { provider, take } = await bench.assigned();
  bench.em.script.failing['StartJob'] = SAID;
  expect((await expectFault(provider.takeBackup(take(), never), 'rejected')).message).toContain(SHOWN);
});
