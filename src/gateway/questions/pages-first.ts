import { isJsonObject, type JsonObject } from '../../catalog/json.ts';
import { BailiwickError } from '../../errors.ts';
import type { Question } from '../../upstream/upstream.ts';
import type { Caller } from '../road.ts';
import { toShown } from './shown.ts';

/** JSON-RPC code of MCP 2025-11-25 for a request that needs the person to open a page first (client/elicitation). */
const PAGES_FIRST = -32_042;

/**
 * What becomes of an upstream's error -32042. A modern client, which does not know it, is asked to open the pages and to send the
 * request again; a legacy one gets the error itself. Either is told which source asks.
 *
 * @returns an `input_required` result
 * @throws the fault, where it is not that error or the client knows it
 */
export function askForPages(caller: Caller, source: string, fault: unknown): JsonObject {
  const questions = fault instanceof BailiwickError ? pagesOf(fault) : undefined;
  if (!questions) throw fault;
  if (caller.round) {
    const inputRequests = Object.fromEntries(
      questions.map(({ method, params = {} }, index) => [`page-${index + 1}`, { method, params }]),
    );
    return { resultType: 'input_required', inputRequests };
  }
  const elicitations = questions.map((question) => toShown(source, question).params ?? {});
  const message = `source ${source} asks to open a page first`;
  throw new BailiwickError('UPSTREAM_REJECTED', message, {
    cause: fault,
    data: { upstream: { code: PAGES_FIRST, message, data: { elicitations } } },
  });
}

function pagesOf({ data }: BailiwickError): Question[] | undefined {
  const { upstream } = data as { upstream?: { code?: unknown; data?: unknown } };
  if (upstream?.code !== PAGES_FIRST || !isJsonObject(upstream.data)) return undefined;
  const { elicitations } = upstream.data;
  if (!Array.isArray(elicitations) || elicitations.length === 0 || !elicitations.every(isJsonObject))
    return undefined;
  return elicitations.map((params) => ({ method: 'elicitation/create', params: { ...params, mode: 'url' } }));
}
