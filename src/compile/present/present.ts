import type { JsonSchema } from '../../catalog/json.ts';
import type { SchemaSettings } from '../settings.ts';
import { renderBare } from './bare.ts';
import { LADDER, type Form } from './form.ts';
import { definitionsOf } from './positions.ts';
import { findSchemaViolations } from './profile.ts';
import { render, type Cut, type Rendered } from './render.ts';
import { repairRoot } from './root.ts';
import { share } from './share.ts';
import { estimateTokens, memberTokens } from './tokens.ts';

/** A tool with its full input schema: JSON Schema 2020-12, an object at its root, references as `#/$defs/…`. */
export interface FullTool {
  /** As clients see it. */
  readonly name: string;
  readonly description: string;
  readonly schema: JsonSchema;
}

export interface Presented {
  /** Accepts everything that the full schema accepts, and passes the strict client profile. */
  readonly inputSchema: JsonSchema;
  /** What it leaves out of the full schema. */
  readonly cut: readonly Cut[];
}

/**
 * The input schema that clients get: the full one where name, description and schema fit the budget, else what the first step
 * of the ladder makes that fits. Where no step does, the last one, and fewer arguments if that is over the limit.
 *
 * A function of its arguments alone; the order of keys in the schema decides nothing.
 */
export function present({ name, description, schema }: FullTool, settings: SchemaSettings): Presented {
  const around = estimateTokens({ name, description }) + memberTokens('inputSchema', 0);
  const limit = settings.limit * SURE - around;
  const budget = Math.min(settings.budget - around, limit);
  const inline = settings.definitions === 'inline';
  const isPlain = !inline || Object.keys(definitionsOf(schema)).length === 0;
  if (isPlain && estimateTokens(schema) <= budget && findSchemaViolations(schema).length === 0) {
    return { inputSchema: schema, cut: [] };
  }
  const root = repairRoot(schema);
  const attempt = (form: Form): Rendered | undefined =>
    renderForm(root, form, { inline, maxSchemas: settings.limit });
  const found = findFirst(attempt, budget) ?? fitting(attempt(LAST), limit) ?? renderBare(root, limit);
  return { inputSchema: found.schema, cut: found.cut };
}

/** The limit holds even for names that are no words, which cost up to a tenth more than is estimated. */
const SURE = 0.9;

/** The form that is left when no other fits. */
const LAST = LADDER.at(-1)!.form;

function renderForm(
  root: JsonSchema,
  form: Form,
  options: { readonly inline: boolean; readonly maxSchemas: number },
): Rendered | undefined {
  const rendered = render(root, form, options);
  return rendered === undefined || options.inline || !form.share
    ? rendered
    : { ...rendered, schema: share(rendered.schema) };
}

function fitting(rendered: Rendered | undefined, room: number): Rendered | undefined {
  return rendered !== undefined && estimateTokens(rendered.schema) <= room ? rendered : undefined;
}

/**
 * What the first step makes that fits, found by bisection: no step makes more of a schema than the one before it. Where that
 * leaves room, descriptions that an earlier step took come back.
 */
function findFirst(attempt: (form: Form) => Rendered | undefined, room: number): Rendered | undefined {
  let found: { readonly rendered: Rendered; readonly form: Form } | undefined;
  let low = 0;
  let high = LADDER.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const form = LADDER[middle]?.form ?? LAST;
    const rendered = fitting(attempt(form), room);
    if (rendered === undefined) {
      low = middle + 1;
    } else {
      found = { rendered, form };
      high = middle;
    }
  }
  if (found === undefined || found.form.depth === Infinity) return found?.rendered;
  for (const words of WORDIER) {
    const wordier = fitting(attempt({ ...found.form, ...words }), room);
    if (wordier !== undefined) return wordier;
  }
  return found.rendered;
}

/** Descriptions that what was cut may leave room for, the longest first. */
const WORDIER: readonly Partial<Form>[] = [
  { deepText: 160, text: 320 },
  { deepText: 80, text: 160 },
];
