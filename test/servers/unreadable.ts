import { isJsonObject, type JsonObject } from '../../src/catalog/json.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import { bodyOf } from '../corpus/oracle/swagger-client.ts';

/** A request that is right by the specification, and that `express-openapi-validator` 5.6 cannot read. */
export interface Unreadable {
  readonly id: string;
  readonly why: string;
  readonly applies: (tool: Tool, args: JsonObject, problem: string) => boolean;
}

export const UNREADABLE: readonly Unreadable[] = [
  {
    id: 'absent-body',
    why: 'an optional body that is not sent is refused for its missing Content-Type (OpenAPI 3.1.1 §4.8.13: `required` is false by default)',
    applies: ({ binding }, args, problem) =>
      binding.kind === 'http' &&
      bodyOf(binding, args) === undefined &&
      problem.includes('unsupported media type undefined'),
  },
  {
    id: 'style',
    why: 'objects in a path or header, cookies, and the styles label and matrix are not taken apart (OpenAPI 3.1.1 §4.8.12.4 gives each a form)',
    applies: ({ binding }, args, problem) =>
      binding.kind === 'http' &&
      /request\/(?:params|headers)\/|Parameter 'style' has incorrect value/.test(problem) &&
      binding.parameters.some(
        (one) => ['path', 'header', 'cookie'].includes(one.in) && typeof args[one.argument] === 'object',
      ),
  },
  {
    id: 'cookie-style',
    why: 'a list in a cookie that is declared without `style` is refused, sent or not (OpenAPI 3.1.1 §4.8.12.2: the style of a cookie is `form` by default)',
    applies: ({ binding }, _args, problem) =>
      binding.kind === 'http' &&
      problem.includes("Parameter 'style' has incorrect value 'undefined'") &&
      binding.parameters.some((one) => one.in === 'cookie'),
  },
  {
    id: 'styled-part',
    why: 'arrays and objects in multipart bodies are taken for text (OpenAPI 3.1.1 §4.8.15.1.2)',
    applies: ({ binding }, args, problem) => {
      if (binding.kind !== 'http' || binding.body?.format !== 'multipart') return false;
      const body = bodyOf(binding, args);
      const hasComplex = isJsonObject(body) && Object.values(body).some((each) => typeof each === 'object');
      return hasComplex && /request\/body\/.* must (?:be (?:array|object)|have required)/.test(problem);
    },
  },
];
