import { providerChecks } from '../../src/provider-test/provider-checks.js';
import type { ProviderHarness } from '../../src/provider-test/subject.js';

export type { BackedUp, ProviderHarness } from '../../src/provider-test/subject.js';

/** What every backup provider must do, and must refuse. A new provider passes these tests before it does anything else. */
export function describeProvider(name: string, harness: ProviderHarness): void {
  const checks = providerChecks(harness);
  const groups = [...new Set(checks.map(({ group }) => group))];

  describe(`provider contract: ${name}`, () => {
    describe.each(groups)('%s', (wanted) => {
      for (const check of checks.filter(({ group }) => group === wanted)) test(check.name, check.run);
    });

    afterAll(() => harness.close?.());
  });
}
