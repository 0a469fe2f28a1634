/** @type {import('jest').Config} */
export default {
  testEnvironment: './test/kit/leak-checked-environment.mjs',
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/plugins/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  globalSetup: './test/kit/mariadb-setup.mjs',
  globalTeardown: './test/kit/mariadb-teardown.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  // JavaScript first: packages that ship their sources too are read as they are built.
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node'],
  // Sources import each other by the names that they have once they are built.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '\\.ts$': ['ts-jest', { useESM: true }] },
  // More than the cores of a small machine: half of what tests do is to wait.
  maxWorkers: 3,
  testSequencer: './test/kit/long-first.mjs',
  testTimeout: 60_000,
};
