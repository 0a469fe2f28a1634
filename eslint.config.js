import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const TESTS = ['test/**', 'plugins/*/*/test/**', '**/*.test.ts'];

const lines = (max) => ['error', { max, skipBlankLines: true, skipComments: true }];

/** What both kinds of source keep to. */
const correctness = {
  eqeqeq: 'error',
  'no-cond-assign': 'error',
  'no-constant-condition': 'error',
  'no-control-regex': 'error',
  'no-debugger': 'error',
  'no-empty': 'error',
  'no-fallthrough': 'error',
  'no-irregular-whitespace': 'error',
  'no-regex-spaces': 'error',
  'no-self-assign': 'error',
  'no-unsafe-finally': 'error',
  'no-useless-escape': 'error',
};

const SIGNATURES = ':matches(FunctionDeclaration, ArrowFunctionExpression, MethodDefinition:not([kind=constructor]) > FunctionExpression)';

const sizes = {
  'max-depth': ['error', 3],
  'max-lines': lines(300),
  'max-lines-per-function': lines(40),
  'no-restricted-syntax': [
    'error',
    { selector: `${SIGNATURES}[params.length>5]`, message: 'A function takes at most 5 parameters.' },
    {
      selector: 'MethodDefinition[kind=constructor] > FunctionExpression[params.length>7]',
      message: 'An object is made of at most 7 parts.',
    },
  ],
};

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'var/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' }, rules: { ...correctness, ...sizes } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // In a type parameter, `{}` is everything but null and undefined.
      '@typescript-eslint/no-empty-object-type': ['error', { allowObjectTypes: 'always' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      // knex answers what it is told to answer: the assertion says what the query selects.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // An async function without await turns what it throws into a rejection.
      '@typescript-eslint/require-await': 'off',
      // Interfaces declare functions as methods, and most of what implements them is closures.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true } }],
    },
  },
  // Settings come in as values: only the command line reads the environment, and says so where it does.
  { files: ['src/**', 'db/**', 'plugins/**'], ignores: TESTS, rules: { 'no-process-env': 'error' } },
  { files: ['src/**/*-manager.ts'], rules: { 'max-lines': lines(400) } },
  // What is one long list: the composition root and the tables of a migration.
  { files: ['src/application.ts', 'db/migrations/*.ts'], rules: { 'max-lines-per-function': 'off' } },
  // A plugin is the default export of its index.
  { files: ['**/plugins/**/index.ts'], rules: { 'no-restricted-exports': 'off' } },
  {
    files: TESTS,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Answers of servers are read as they come; what a test expects of them is its check.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // A describe is one function that holds many.
      'max-lines': lines(400),
      'max-lines-per-function': 'off',
      // Rows of test.each have as many columns as they need, and terminals answer in control characters.
      'no-control-regex': 'off',
      'no-restricted-syntax': 'off',
    },
  },
);
