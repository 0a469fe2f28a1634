import { run } from '../kit/program.js';

test('the printed documents say what the code says', async () => {
  const { code, stderr } = await run(process.execPath, ['--import', 'tsx', 'scripts/print-docs.ts', '--check']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
