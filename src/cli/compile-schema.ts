import type { JsonSchema } from '../catalog/json.ts';
import { ERRORS } from '../errors.ts';
import type { CompileDocument, DriftRow } from './compile-account.ts';
import { listOf, objectOf } from './schema-parts.ts';

const TEXT: JsonSchema = { type: 'string' };
const COUNT: JsonSchema = { type: 'integer', minimum: 0 };

const ROW = objectOf({
  operation: {
    ...TEXT,
    description: 'The operation (`GET /tickets`), or the entry of an MCP server (`tool echo`).',
  },
  reason: { ...TEXT, description: 'A stable name of the reason.' },
  detail: { ...TEXT, description: 'What exactly, with a JSON pointer where there is one. For people.' },
});

const SOURCE = objectOf<keyof CompileDocument['sources'][number]>({
  source: { ...TEXT, description: 'Its name in the configuration.' },
  operations: {
    ...COUNT,
    description: 'Operations, or listed entries of an MCP server, that the source declares.',
  },
  tools: { ...COUNT, description: 'Tools made of them.' },
  skipped: listOf(ROW, 'Operations that did not become a tool. Each operation is a tool or has a row here.'),
  lossy: listOf(ROW, 'Operations that were compiled with a loss, and which. One may have several rows.'),
  warnings: listOf(TEXT, 'What was tolerated in the source itself, as sentences with file, line and column.'),
});

const CHANGE = objectOf<keyof DriftRow['changes'][number]>(
  {
    pointer: { ...TEXT, description: 'JSON pointer (RFC 6901) into the definition.' },
    before: { description: 'What the lock says; absent where the value is new.' },
    after: { description: 'What is offered now; absent where the value is gone.' },
  },
  ['before', 'after'],
);

const DRIFT = objectOf<keyof DriftRow>({
  tool: { ...TEXT, description: '`<source>/<own name>`.' },
  status: {
    enum: ['new', 'changed', 'gone'] satisfies DriftRow['status'][],
    description: '`new` and `changed` tools are not served while the lock is in force.',
  },
  changes: listOf(CHANGE, 'Where a changed tool differs from its entry; empty for the others.'),
});

const LOCK = objectOf<keyof CompileDocument['lock']>({
  file: { ...TEXT, description: 'Path of the lock.' },
  state: {
    enum: ['in-force', 'absent', 'missing'] satisfies CompileDocument['lock']['state'][],
    description:
      'Before this command: `absent`: there is none, and every tool is served. `missing`: the configuration names it, so none is.',
  },
  written: {
    type: 'boolean',
    description: 'Whether this command wrote it: what is under `drift` is accepted then.',
  },
  drift: listOf(DRIFT, 'By tool. Empty where no lock is in force, unless --lock or --check asks for one.'),
  refused: listOf(objectOf({ tool: TEXT, why: TEXT }), 'Tools that no lock can hold.'),
});

const FAILED = objectOf<keyof CompileDocument['failed'][number]>({
  source: TEXT,
  code: { enum: Object.keys(ERRORS) },
  message: TEXT,
});

const MEMBERS: Record<keyof CompileDocument, JsonSchema> = {
  digest: {
    type: 'string',
    pattern: '^sha256:[0-9a-f]{64}$',
    description: 'Digest of everything that the sources offer: equal for equal definitions.',
  },
  sources: listOf(SOURCE, 'Sources that answered, by name.'),
  failed: listOf(FAILED, 'Sources that could not be compiled or reached.'),
  lock: LOCK,
};

/** JSON Schema of what `compile --json` prints. */
export const COMPILE_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Bailiwick compile',
  description: 'What `bailiwick compile --json` prints. Later versions may add members, and take none away.',
  ...objectOf(MEMBERS),
};
