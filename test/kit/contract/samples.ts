/** The samples of the provider kit, which the tests of this repository use too. */
export * from '../../../src/provider-test/samples.js';
export { expectFault } from '../../../src/provider-test/expectations.js';
