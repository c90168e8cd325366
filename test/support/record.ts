import { Ajv2020 } from 'ajv/dist/2020.js';
import { RECORD_SCHEMA } from '../../src/audit/record-schema.ts';
import type { AuditRecord } from '../../src/audit/record.ts';

const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile<AuditRecord>(
  RECORD_SCHEMA,
);

/** A record that the published schema knows. */
export function toRecord(line: string): AuditRecord {
  const record: unknown = JSON.parse(line);
  if (!validate(record)) throw new Error(`not a record: ${line}\n${JSON.stringify(validate.errors)}`);
  return record;
}
