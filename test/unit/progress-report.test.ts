import type { CallContext } from '../../src/call-context.js';
import { operationOf } from '../../src/plugin-host/operation.js';
import type { Progress } from '../../src/provider/index.js';

/** What reaches the job of what a plugin reports. */
async function reaches(reported: object): Promise<Progress | undefined> {
  let kept: Progress | undefined;
  const job = { operationId: 'op', resumeOf: () => undefined, report: async (_step: string, progress: Progress) => void (kept = progress) };
  await operationOf({ job } as unknown as CallContext, 'takeBackup').report(reported as Progress);
  return kept;
}

test('a report keeps what is within its bounds', async () => {
  const sound = { reference: 'r', percent: 7, doneBytes: 3, totalBytes: 9, stage: 'copying' };
  expect(await reaches(sound)).toEqual(sound);
});

test('a report loses whatever is not, and no more', async () => {
  expect(await reaches({ percent: 250, doneBytes: 10, totalBytes: 9 })).toEqual({ percent: 100, doneBytes: 9, totalBytes: 9 });
  expect(await reaches({ percent: NaN, doneBytes: -1, totalBytes: 1.5, stage: 'x'.repeat(65), reference: 'r'.repeat(256) })).toEqual({});
  expect(await reaches({ doneBytes: '7', totalBytes: 2 ** 60, stage: 7, surplus: 'field' })).toEqual({});
});
