import { stringify } from 'yaml';
import type { z } from 'zod';
import { isJsonObject } from '../catalog/json.ts';
import { type Path, toDotted, valueAt } from '../text/pointer.ts';
import { isCurrencyOfPrice, isKeyOfAnotherVersion } from './not-in-this-version.ts';
import { isSensitive } from './redacted.ts';
import { metaOf, narrowedOptions, optionsOf, schemasAt, shapeOf, tellingKeyOf } from './schema-walk.ts';
import { suggest } from '../text/suggest.ts';

/** More unknown keys than anybody reads. */
const MAX_KEYS = 50;

/** An issue of the schema in words. `at: key` means the key is wrong, not what it holds. */
export interface Explanation {
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly hint?: string;
}

interface Context {
  readonly schema: z.ZodType;
  readonly input: unknown;
  /** True for a value that came from `${…}`. It is never quoted. */
  readonly isReference: (path: Path) => boolean;
}

type Issue = z.core.$ZodIssue;

/** An issue as everything that is wrong there, most telling first. Values are quoted only where they are no secrets. */
export function explainIssue(issue: Issue, context: Context): Explanation[] {
  return explain(issue, [], context);
}

function explain(issue: Issue, prefix: Path, context: Context): Explanation[] {
  const path = [...prefix, ...issue.path.map(toPart)];
  const name = path.length === 0 ? 'the document' : `\`${toDotted(path)}\``;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, MAX_KEYS).map((key) => explainUnknownKey([...path, key], context));
    case 'invalid_union':
      return explainUnion(issue.errors, path, name, context);
    case 'invalid_key':
      return [{ path, at: 'key', message: `${name}: ${issue.issues[0]?.message ?? 'the key is not valid'}` }];
    case 'invalid_type':
      return [explainType(issue.expected, path, name, context)];
    case 'invalid_value':
      return [explainChoice(issue.values, path, name, context)];
    case 'too_small':
    case 'too_big':
      return [withExample(path, `${name} must ${toBound(issue)}${got(path, context)}`, context)];
    case 'not_multiple_of':
      return [
        withExample(path, `${name} must be a multiple of ${issue.divisor}${got(path, context)}`, context),
      ];
    case 'custom':
      return [
        {
          ...withExample(
            path,
            `${name} ${toClause(issue.message)}${gotScalar(path, context)}`,
            context,
            issue.params?.['example'],
          ),
          ...(issue.params?.['at'] === 'key' && { at: 'key' as const }),
        },
      ];
    case 'invalid_format':
    case 'invalid_element':
    default:
      return [withExample(path, `${name} ${toClause(issue.message)}${got(path, context)}`, context)];
  }
}

function explainUnknownKey(path: Path, context: Context): Explanation {
  const key = String(path.at(-1));
  if (isKeyOfAnotherVersion(path)) {
    return {
      path,
      at: 'key',
      message: `\`${toDotted(path)}\` is not in this version of Bailiwick`,
      hint: 'remove it',
    };
  }
  if (isCurrencyOfPrice(path)) {
    return {
      path,
      at: 'key',
      message: `\`${toDotted(path)}\`: prices are in USD, and in no other currency`,
      hint: 'write the number of USD, for example `price: 0.002` or `price: { perCall: 0.002 }`',
    };
  }
  const parent = path.slice(0, -1);
  const known = membersAt(parent, context);
  const near = suggest(key, known);
  const where = parent.length === 0 ? '' : ` in \`${toDotted(parent)}\``;
  return {
    path,
    at: 'key',
    message: `unknown key \`${key}\`${where}${near === undefined ? '' : `; did you mean \`${near}\`?`}`,
    ...(near === undefined && known.length > 0 ? { hint: `known here: ${toList(known)}` } : {}),
  };
}

/** The one alternative that was meant is told by its kind, then by the key that only it asks for. */
function explainUnion(errors: readonly Issue[][], path: Path, name: string, context: Context): Explanation[] {
  const input = valueAt(context.input, path);
  if (input === undefined) return [explainType('', path, name, context)];
  const ofThisKind = errors.filter((branch) => !branch.some(isWrongKind));
  const [first] = ofThisKind;
  if (!first) {
    const kinds = [...new Set(errors.flat().filter(isWrongKind).map(toKind))];
    const choices = errors.flat().flatMap((issue) => (issue.code === 'invalid_value' ? issue.values : []));
    const rule = `${name} must be ${kinds.join(' or ')}${got(path, context)}`;
    return [withExample(path, `${rule}${nearest(choices, path, context)}`, context)];
  }
  if (ofThisKind.length === 1 || !isJsonObject(input))
    return first.flatMap((issue) => explain(issue, path, context));
  const options = schemasAt(context.schema, path, context.input).flatMap(optionsOf);
  const branches =
    options.length === errors.length
      ? errors.map((issues, index) => ({ issues, key: options[index] && tellingKeyOf(options[index]) }))
      : [];
  return explainKeys(branches, input, { path, name }, context);
}

/** For alternatives that are all mappings: the one whose telling key is given is the one that was meant. */
function explainKeys(
  branches: readonly { issues: readonly Issue[]; key: string | undefined }[],
  input: object,
  { path, name }: { path: Path; name: string },
  context: Context,
): Explanation[] {
  const keys = Object.keys(input);
  const telling = branches.flatMap(({ key }) => key ?? []);
  const given = branches.filter(({ key }) => key !== undefined && keys.includes(key));
  const [meant, other] = given;
  if (meant && other) {
    return [
      {
        path: [...path, other.key ?? ''],
        at: 'key',
        message: `${name} has ${toList(
          given.flatMap(({ key }) => key ?? []),
          'and',
        )}; exactly one of them is allowed`,
      },
    ];
  }
  if (meant) return meant.issues.flatMap((issue) => explain(issue, path, context));
  const known = membersAt(path, context);
  const unknown = keys.filter((key) => !known.includes(key));
  const explained = unknown.slice(0, MAX_KEYS).map((key) => explainUnknownKey([...path, key], context));
  const isTheReason = unknown.some(
    (key) => isKeyOfAnotherVersion([...path, key]) || telling.includes(suggest(key, known) ?? ''),
  );
  if (isTheReason) return explained;
  const lacking = withExample(path, `${name} needs exactly one of ${toList(telling, 'and')}`, context);
  return [...explained, { ...lacking, at: 'key' }];
}

function explainType(expected: string, path: Path, name: string, context: Context): Explanation {
  const input = valueAt(context.input, path);
  if (input === undefined) return { ...withExample(path, `${name} is missing`, context), at: 'key' };
  const explanation = withExample(
    path,
    `${name} must be ${toTypeName(expected)}${got(path, context)}`,
    context,
  );
  if (context.isReference(path)) return { ...explanation, hint: 'what `${…}` stands for is always text' };
  if (input === null) return { ...explanation, hint: 'give it a value or remove the key' };
  if (expected === 'string' && (typeof input === 'number' || typeof input === 'boolean')) {
    const quoted = isShowable(input, path, context) ? `: "${input}"` : '';
    return { ...explanation, hint: `write it in quotes${quoted}` };
  }
  return explanation;
}

function explainChoice(values: readonly unknown[], path: Path, name: string, context: Context): Explanation {
  const choice = values.map((value) => `\`${String(value)}\``).join(', ');
  const rule = values.length === 1 ? `must be ${choice}` : `must be one of ${choice}`;
  return {
    path,
    at: 'value',
    message: `${name} ${rule}${got(path, context)}${nearest(values, path, context)}`,
  };
}

/** `; did you mean …?` where one of these texts is nearly what is given. */
function nearest(values: readonly unknown[], path: Path, context: Context): string {
  const value = valueAt(context.input, path);
  if (typeof value !== 'string' || !isShowable(value, path, context)) return '';
  const near = suggest(
    value,
    values.filter((choice) => typeof choice === 'string'),
  );
  return near === undefined ? '' : `; did you mean \`${near}\`?`;
}

/** `, got 7`: a short form of the value, or nothing where it must not or cannot be shown. */
function got(path: Path, context: Context): string {
  const value = valueAt(context.input, path);
  if (value === undefined || !isShowable(value, path, context)) return '';
  if (value === null) return ', got nothing';
  if (Array.isArray(value)) return ', got a list';
  if (typeof value === 'object') return ', got a mapping';
  const text = JSON.stringify(value);
  return `, got ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
}

/** What is wrong with a list or a mapping as a whole is not that it is one. */
function gotScalar(path: Path, context: Context): string {
  const value = valueAt(context.input, path);
  return typeof value === 'object' && value !== null ? '' : got(path, context);
}

/**
 * Neither what came from a secret, nor what may be one that stands in the file itself; a URL may hold a password, and so may
 * what was meant as one.
 */
function isShowable(value: unknown, path: Path, context: Context): boolean {
  const mayHoldPassword = typeof value === 'string' && /:\/\/|:.*@/s.test(value);
  return !context.isReference(path) && !isSensitive(path) && !mayHoldPassword;
}

/** @param better an example of what is to be done elsewhere; else the one of the setting's own description is the hint */
function withExample(path: Path, message: string, context: Context, better?: unknown): Explanation {
  if (typeof better === 'string') return { path, at: 'value', message, hint: `for example \`${better}\`` };
  const [schema] = schemasAt(context.schema, path, context.input);
  const example = schema && metaOf(schema).examples[0];
  const key = path.findLast((part) => typeof part === 'string');
  if (example === undefined || key === undefined || typeof path.at(-1) === 'number')
    return { path, at: 'value', message };
  return { path, at: 'value', message, hint: `for example \`${key}: ${toFlowYaml(example)}\`` };
}

/** A value on one line of YAML. */
export function toFlowYaml(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trimEnd();
}

function membersAt(path: Path, context: Context): string[] {
  const value = valueAt(context.input, path);
  const schemas = schemasAt(context.schema, path, context.input);
  const shapes = schemas.flatMap((schema) => narrowedOptions(schema, value)).map(shapeOf);
  return [...new Set(shapes.flatMap((shape) => Object.keys(shape ?? {})))];
}

/** Paths of JSON hold no symbols. */
function toPart(part: PropertyKey): string | number {
  return typeof part === 'symbol' ? String(part) : part;
}

function isWrongKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function toKind(issue: Issue): string {
  if (issue.code === 'invalid_value') return issue.values.map((value) => `\`${String(value)}\``).join(' or ');
  return issue.code === 'invalid_type' ? toTypeName(issue.expected) : issue.message;
}

function toTypeName(expected: string): string {
  const names: Record<string, string> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: '`true` or `false`',
    object: 'a mapping',
    record: 'a mapping',
    array: 'a list',
  };
  return names[expected] ?? `of type ${expected}`;
}

function toBound(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const isSmall = issue.code === 'too_small';
  const bound = Number(isSmall ? issue.minimum : issue.maximum);
  if (issue.origin === 'string' && isSmall && bound === 1) return 'not be empty';
  if (issue.origin === 'array' && isSmall && bound === 1) return 'have at least one entry';
  if (issue.inclusive === false && issue.origin !== 'string' && issue.origin !== 'array')
    return `be ${isSmall ? 'more' : 'less'} than ${bound}`;
  const most = isSmall ? 'at least' : 'at most';
  if (issue.origin === 'string') return `have ${most} ${bound} characters`;
  if (issue.origin === 'array') return `have ${most} ${bound} entries`;
  return `be ${most} ${bound}`;
}

/** Our own schemas write a clause (`must be …`); what the library writes is a sentence. */
function toClause(message: string): string {
  return /^(?:must|has|is|names|needs|takes|an?) /.test(message) ? message : `is not valid: ${message}`;
}

function toList(words: readonly string[], conjunction = ''): string {
  const quoted = words.map((word) => `\`${word}\``);
  if (conjunction === '' || quoted.length < 2) return quoted.join(', ');
  return `${quoted.slice(0, -1).join(', ')} ${conjunction} ${quoted.at(-1)}`;
}
