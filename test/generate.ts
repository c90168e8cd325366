import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CALLS_SCHEMA } from '../src/audit/read/call-schema.ts';
import { RECORD_SCHEMA } from '../src/audit/record-schema.ts';
import { COMPILE_SCHEMA } from '../src/cli/compile-schema.ts';
import { FIND_SCHEMA } from '../src/cli/find/find-schema.ts';
import { POLICY_RESULTS_SCHEMA } from '../src/cli/policy/results-schema.ts';
import { SEARCH_REPORT_SCHEMA } from '../src/cli/search/report-schema.ts';
import { SPEND_SCHEMA } from '../src/cli/spend/spend-schema.ts';
import { configJsonSchema } from '../src/config/json-schema.ts';
import { configReference } from '../src/config/reference.ts';
import { policyJsonSchema } from '../src/policy/schema.ts';
import { policyTestJsonSchema } from '../src/policy/test-file/schema.ts';
import { HINTS_SCHEMA } from '../src/search/hints/hint-schema.ts';
import { folderTable } from './house/architecture.ts';
import { errorsPage } from './house/errors-page.ts';
import { policiesPage } from './house/policies-page.ts';
import { replaceMarkedSection } from './support/marked-section.ts';

/** A committed file that is made from the code, whole or in a marked section. A test compares each with what its `content` gives. */
export interface GeneratedFile {
  /** Relative to the root of the repository. */
  readonly file: string;
  readonly content: () => string;
}

export const GENERATED_FILES: readonly GeneratedFile[] = [
  { file: 'bailiwick.schema.json', content: () => toJsonText(configJsonSchema()) },
  { file: 'docs/configuration.md', content: configReference },
  { file: 'docs/errors.md', content: errorsPage },
  { file: 'docs/policy-reference.md', content: policiesPage },
  { file: 'policies/policy.schema.json', content: () => toJsonText(policyJsonSchema()) },
  { file: 'policies/policy-test.schema.json', content: () => toJsonText(policyTestJsonSchema()) },
  { file: 'docs/calls.schema.json', content: () => toJsonText(CALLS_SCHEMA) },
  { file: 'docs/record.schema.json', content: () => toJsonText(RECORD_SCHEMA) },
  { file: 'docs/compile.schema.json', content: () => toJsonText(COMPILE_SCHEMA) },
  { file: 'docs/spend.schema.json', content: () => toJsonText(SPEND_SCHEMA) },
  { file: 'docs/find.schema.json', content: () => toJsonText(FIND_SCHEMA) },
  { file: 'hints/hints.schema.json', content: () => toJsonText(HINTS_SCHEMA) },
  { file: 'docs/search-report.schema.json', content: () => toJsonText(SEARCH_REPORT_SCHEMA) },
  { file: 'docs/policy-results.schema.json', content: () => toJsonText(POLICY_RESULTS_SCHEMA) },
  { file: 'README.md', content: () => replaceMarkedSection(readText('README.md'), 'folders', folderTable()) },
];

export const REPOSITORY = path.resolve(import.meta.dirname, '..');

function readText(file: string): string {
  return readFileSync(path.join(REPOSITORY, file), 'utf8');
}

function toJsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

if (import.meta.main) {
  for (const { file, content } of GENERATED_FILES) {
    const target = path.join(REPOSITORY, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, content());
    console.log(`wrote ${file}`);
  }
}
