import { Ajv2020 } from 'ajv/dist/2020.js';
import { isJsonObject, type JsonSchema } from '../../catalog/json.ts';
import { RECORD_SCHEMA } from '../record-schema.ts';
import { RECORD_VERSION } from '../record.ts';
import type { AuditRecord } from '../record.ts';

/**
 * The published schema without what would make a reader refuse a record that it can show: members, types of records and
 * words that a later version added.
 */
function relax(schema: JsonSchema): JsonSchema {
  const { additionalProperties: _closed, enum: words, properties, items, ...others } = schema;
  return {
    ...others,
    ...(words !== undefined && { type: 'string' }),
    ...(isJsonObject(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, member]) => [
          name,
          isJsonObject(member) ? relax(member) : member,
        ]),
      ),
    }),
    ...(isJsonObject(items) && { items: relax(items) }),
  };
}

const isRecord = new Ajv2020({ strict: false }).compile<AuditRecord>(relax(RECORD_SCHEMA));

/** The record in a line of a chain file, or why there is none. Its hash is not looked at: that is verification's work. */
export function parseRecord(text: string): AuditRecord | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the line is not JSON';
  }
  if (!isJsonObject(value)) return 'the line is not a JSON object';
  if (value['v'] !== RECORD_VERSION) {
    return Number.isSafeInteger(value['v'])
      ? `the record has format ${Number(value['v'])}; this version reads ${RECORD_VERSION}`
      : 'the line is not a record: v is missing or wrong';
  }
  if (!isRecord(value)) {
    const { instancePath = '', message = 'wrong' } = isRecord.errors?.[0] ?? {};
    return `the line is not a record: ${instancePath === '' ? '' : `${instancePath} `}${message}`;
  }
  if (Number.isNaN(Date.parse(value.time))) return 'the line is not a record: /time is no time';
  return value;
}
