import { CALLS_SCHEMA } from '../audit/read/call-schema.ts';
import { RECORD_SCHEMA } from '../audit/record-schema.ts';
import { configJsonSchema } from '../config/json-schema.ts';
import { policyJsonSchema } from '../policy/schema.ts';
import { policyTestJsonSchema } from '../policy/test-file/schema.ts';
import { BailiwickError } from '../errors.ts';
import { createCommand, type AddCommand } from './command.ts';
import { COMPILE_SCHEMA } from './compile-schema.ts';
import { FIND_SCHEMA } from './find/find-schema.ts';
import { POLICY_RESULTS_SCHEMA } from './policy/results-schema.ts';
import { SEARCH_REPORT_SCHEMA } from './search/report-schema.ts';
import { SPEND_SCHEMA } from './spend/spend-schema.ts';

const SCHEMAS: Readonly<Record<string, () => unknown>> = {
  config: configJsonSchema,
  policy: policyJsonSchema,
  'policy-test': policyTestJsonSchema,
  'policy-results': () => POLICY_RESULTS_SCHEMA,
  record: () => RECORD_SCHEMA,
  calls: () => CALLS_SCHEMA,
  spend: () => SPEND_SCHEMA,
  compile: () => COMPILE_SCHEMA,
  find: () => FIND_SCHEMA,
  'search-report': () => SEARCH_REPORT_SCHEMA,
};

/** `bailiwick schema`: the JSON Schemas that editors and CI use. */
export const addSchema: AddCommand = (program, terminal) => {
  const names = Object.keys(SCHEMAS).join(', ');
  const command = createCommand('schema', 'Print the JSON Schema of a file format', [
    'schema > bailiwick.schema.json',
    'schema policy > policies/policy.schema.json',
  ])
    .argument('[format]', names, 'config')
    .action((format: string) => {
      const schema = Object.hasOwn(SCHEMAS, format) ? SCHEMAS[format]?.() : undefined;
      if (schema === undefined) throw new BailiwickError('USAGE', `no format "${format}"; there is ${names}`);
      terminal.out(JSON.stringify(schema, undefined, 2));
    });
  program.addCommand(command);
};
