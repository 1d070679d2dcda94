import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const useRegistrar = {
  name: 'electron',
  importNames: ['ipcMain'],
  message: 'Use registerHandlers() from main/app/ipc: it checks the sender and the input.',
};
const everywhere = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only: a name survives refactoring and search.' },
  {
    selector: "MemberExpression[object.name='shell'][property.name='openExternal']",
    message: 'Use openExternalLink(): it lets https pass and nothing else.',
  },
  { selector: "Property[key.name='shell'][value.value=true]", message: 'No shell: pass an argument array.' },
];
const inEngine = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Take a Clock: schedules and retention must be testable.',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Take a Clock.' },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Take a Random, or node:crypto for secrets.',
  },
];
const tests = ['**/*.test.ts', '**/*.test.tsx', '**/testing/**', 'e2e/**', 'bench/**'];

export default tseslint.config(
  { ignores: ['dist/**', '.tsbuild/**', 'node_modules/**', 'release/**', 'e2e/.out/**', 'assets/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['vitest.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-imports': ['error', { paths: [useRegistrar] }],
      'no-restricted-syntax': ['error', ...everywhere],
    },
  },
  {
    files: ['main/engine/**/*.ts'],
    ignores: ['main/engine/platform/**', ...tests],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, ...inEngine] },
  },
  { files: ['main/app/ipc/register-handlers.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['renderer/**/*.ts', 'renderer/**/*.tsx'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    files: tests,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
  // Tools that read a config file ask for its default export.
  {
    files: ['*.config.js', '*.config.ts', '.dependency-cruiser.mjs', 'renderer/vite.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
