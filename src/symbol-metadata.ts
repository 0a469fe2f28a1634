// Compiled decorators read Symbol.metadata while their class is evaluated, and Node 20 lacks it. The value is the one that
// other compilers fall back to.
if (!Object.hasOwn(Symbol, 'metadata')) {
  Object.defineProperty(Symbol, 'metadata', { value: Symbol.for('Symbol.metadata') });
}
export {};
