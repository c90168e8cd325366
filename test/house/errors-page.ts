import { ERRORS } from '../../src/errors.ts';

interface ErrorRow {
  readonly http: number;
  readonly rpc?: number;
  readonly exit: number;
  readonly meaning: string;
}

/** `docs/errors.md`: every code of `src/errors.ts`, with what each kind of caller sees. */
export function errorsPage(): string {
  const rows = Object.entries<ErrorRow>(ERRORS).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `# Errors

<!-- Made by \`npm run generate\` from src/errors.ts. Changes made here by hand are lost. -->

Every refusal and every fault has one of these codes. The codes are stable: programs may rely on them, the texts beside them may get better.

A refusal about a tool that the caller can see is a **tool error**, so that the model reads it and can do something about it: the result has
\`isError: true\`, the text as content, and \`structuredContent.error\` with \`code\`, \`message\` and, where they apply, \`pointer\` (where in the
arguments) and \`rules\` (which policy rules decided). Everything else is a JSON-RPC error with the number in the table, and over HTTP the status.
Commands of \`bailiwick\` end with the exit code: 1 the answer is no, 2 usage or configuration, 3 what lies behind cannot be reached.

| Code | Meaning | JSON-RPC | HTTP | Exit |
|---|---|---|---|---|
${rows.map(([code, row]) => toRow(code, row)).join('\n')}
`;
}

function toRow(code: string, error: ErrorRow): string {
  const meaning = error.meaning.replaceAll('|', String.raw`\|`);
  return `| \`${code}\` | ${meaning} | ${error.rpc ?? 'tool error'} | ${error.http} | ${error.exit} |`;
}
