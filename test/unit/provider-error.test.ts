import { ProviderError } from '../../src/provider/index.js';

class Refused extends ProviderError {}

test('a ProviderError is one whichever copy of the contract has made it, and of a class derived from it only what that class has made', () => {
  const foreign = Object.assign(new Error('of another copy'), { [Symbol.for('stackvault.ProviderError')]: true });
  const [plain, refused] = [new ProviderError('rejected', 'no'), new Refused('rejected', 'no')];
  expect([plain, refused, foreign, new Error('no')].map((error) => error instanceof ProviderError)).toEqual([true, true, true, false]);
  expect([plain, refused, foreign].map((error) => error instanceof Refused)).toEqual([false, true, false]);
});
