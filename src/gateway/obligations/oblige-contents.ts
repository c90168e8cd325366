import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import type { Duty } from './duty.ts';
import { blocksOf, notJson, obligeBlocks } from './oblige-tool-result.ts';
import { parseDocument } from './parse-document.ts';

/**
 * What a caller gets of a resource or a prompt by its duty: contents and messages whose text is JSON, each as far as it may be had.
 *
 * @throws BailiwickError `RESULT_WITHHELD` where some of it is no JSON
 */
export function obligeContents(duty: Duty, result: JsonObject): JsonObject {
  const { contents, messages, description } = result;
  return {
    ...(typeof description === 'string' && { description }),
    ...(Array.isArray(contents) && {
      contents: contents.map((one) => {
        const document = isJsonObject(one) ? parseDocument(one['text']) : undefined;
        if (!isJsonObject(one) || document === undefined) throw notJson();
        const { uri, mimeType } = one;
        return {
          ...(uri !== undefined && { uri }),
          ...(mimeType !== undefined && { mimeType }),
          text: JSON.stringify(duty.project(document)),
        };
      }),
    }),
    ...(Array.isArray(messages) && {
      messages: messages.filter(isJsonObject).map(({ role, content }) => {
        const [block] = obligeBlocks(duty.project, blocksOf({ content: [content ?? null] }));
        if (block === undefined) throw notJson();
        return { ...(role !== undefined && { role }), content: block };
      }),
    }),
  };
}
