import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { forEachEngine } from '../kit/engines.js';
import { testServer } from '../kit/server.js';
import { runClient } from './run-client.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The project's shared folder stands beside a checkout in CI; a clone elsewhere has no such probes, and no such tests.
const shared = here('../../../shared/probes/');
const PROBES = existsSync(shared) ? ['cs_probe.py', 'libcloud_probe.py', 'shell_probe.sh'] : [];

const PROBE_MS = 120_000;

forEachEngine((engine) => {
  describe.each(['cs_client.py', 'libcloud_client.py', 'shell_client.sh'])('%s', (script) => {
    const server = testServer(engine);

    test('finds everything as it expects', async () => {
      const { failures, sum } = await runClient(here(script), server);
      expect(failures).toEqual([]);
      expect(sum).toMatch(/^[1-9]\d+ passed, 0 failed$/);
    });
  });

  for (const probe of PROBES) {
    describe(probe, () => {
      const server = testServer(engine);

      test(
        'finds everything as it expects, and leaves nothing out',
        async () => {
          const { failures, sum } = await runClient(shared + probe, server);
          expect(failures).toEqual([]);
          expect(sum).toMatch(/^[1-9]\d+ passed, 0 failed$/);
        },
        PROBE_MS,
      );
    });
  }
});
