import type { Condition, ConditionProblem } from './condition.ts';
import { Refusal } from './conversion.ts';
import { convertTree } from './convert.ts';
import { describeSyntax } from './describe-syntax.ts';
import { environment, MAX_DEPTH, MAX_LENGTH } from './environment.ts';
import type { Span } from './expression.ts';

/**
 * The text of a `when` as a condition. Parsed and type-checked by `@marcbachmann/cel-js`; what it evaluates and we do not is refused
 * here, so that no condition fails for its form when it is evaluated.
 */
export function parseCondition(text: string): Condition | ConditionProblem {
  const whole = { start: 0, end: text.length };
  if (text.length > MAX_LENGTH) {
    return {
      message: `a condition may have ${MAX_LENGTH} characters, this one has ${text.length}`,
      at: whole,
    };
  }
  try {
    const parsed = environment.parse(text);
    // Before the types are checked, for what it says of misspelt names.
    const expression = convertTree(parsed.ast);
    const { valid, type, error } = parsed.check();
    if (!valid) return toProblem(error, text, whole);
    if (type === 'bool' || type === 'dyn') return { text, expression };
    return { message: `a condition is true or false, this is of type ${type}`, at: expression.at };
  } catch (error) {
    return toProblem(error, text, whole);
  }
}

function toProblem(error: unknown, text: string, whole: Span): ConditionProblem {
  if (error instanceof Refusal) return error.problem;
  if (error instanceof RangeError) return { message: `more than ${MAX_DEPTH} levels deep`, at: whole };
  const { summary, range } = error as { summary?: string; range?: Span };
  const at = clip(range ?? whole, whole);
  return {
    message: summary === undefined ? 'not a condition in CEL' : describeSyntax(summary, text, at),
    at,
  };
}

/** The parser may name a place behind the text's end. */
function clip({ start, end }: Span, whole: Span): Span {
  const from = Math.min(Math.max(start, 0), whole.end);
  return { start: from, end: Math.min(Math.max(end, from), whole.end) };
}
