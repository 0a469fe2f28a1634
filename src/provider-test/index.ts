/** What a backup provider is tested with: the checks of the contract, and what stands in for the server meanwhile. */
export type { Check } from './check.js';
export { expectFault } from './expectations.js';
export * from './memory-store.js';
export { providerChecks } from './provider-checks.js';
export * from './run-checks.js';
export * from './samples.js';
export type { BackedUp, ProviderHarness } from './subject.js';
