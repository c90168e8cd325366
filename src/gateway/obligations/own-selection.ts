import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Tool } from '../../catalog/tool.ts';
import { BailiwickError, messageOf } from '../../errors.ts';
import { selectArgumentOf } from '../../upstream/http/selection.ts';
import { evaluateJmesPath, parseJmesPath, type JmesPath } from '../../text/jmespath.ts';
import { toContent } from './oblige-tool-result.ts';
import { parseDocument } from './parse-document.ts';

/** What the caller itself asks to have of the answer. */
export interface OwnSelection {
  /** The arguments without it. */
  readonly args: JsonObject;
  readonly select?: JmesPath;
}

/**
 * Takes the caller's own selection out of its arguments: it is made after what policy lets the caller have, or values that are to be
 * masked would be moved to where nobody masks them.
 *
 * @throws BailiwickError `INVALID_ARGUMENTS` for what is no JMESPath
 */
export function takeOwnSelection({ binding }: Tool, args: JsonObject): OwnSelection {
  const name = selectArgumentOf(binding);
  if (name === undefined || !Object.hasOwn(args, name)) return { args };
  const { [name]: asked, ...rest } = args;
  if (typeof asked !== 'string') return { args: rest };
  try {
    return { args: rest, select: parseJmesPath(asked) };
  } catch (error) {
    const message = `is no JMESPath: ${messageOf(error).slice(0, 300)}`;
    const pointer = `/${name}`;
    throw new BailiwickError('INVALID_ARGUMENTS', `invalid arguments: ${pointer} ${message}`, {
      nothingSent: true,
      data: { pointer, problems: [{ pointer, message }] },
    });
  }
}

/** A result cut to what the caller asked for, as an HTTP upstream cuts it. */
export function applyOwnSelection({ select }: OwnSelection, result: JsonObject): JsonObject {
  const { content, structuredContent } = result;
  const [first] = Array.isArray(content) ? content : [];
  const text = isJsonObject(first) ? parseDocument(first['text']) : undefined;
  const document: Json | undefined = structuredContent ?? text;
  if (select === undefined || document === undefined || result['isError'] === true) return result;
  try {
    const value = evaluateJmesPath(select, document);
    return { ...result, content: toContent(value).content, structuredContent: { result: value } };
  } catch (error) {
    const note = {
      type: 'text',
      text: `[select was not applied: ${messageOf(error).slice(0, 300)}]`,
    };
    return { ...result, content: [...(Array.isArray(content) ? content : []), note] };
  }
}
