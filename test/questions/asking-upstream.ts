import { isJsonObject, type Json, type JsonObject } from '../../src/catalog/json.ts';
import { BailiwickError } from '../../src/errors.ts';
import type { CallContext, CallOutcome, Question, Upstream } from '../../src/upstream/upstream.ts';

/** What a test sees of the calls that reached the upstream. */
export interface Reached {
  readonly contexts: CallContext[];
  /** Resolves when a call has nothing more to ask and waits. */
  readonly waiting: Promise<void>;
  /** Resolves when a call's signal has fired. */
  readonly cancelled: Promise<void>;
}

/**
 * An upstream in this process whose tools ask what they are told to, by {@link CallContext.ask}:
 *
 * - `ask` puts its `questions` one after the other, `ask_at_once` together; both answer what came back, as JSON.
 * - with `strict` a call fails that was refused an answer.
 * - with `wait` a call ends only when it is cancelled.
 * - `tell` reports progress and a message of the log around each question.
 * - `page_first` is a server of MCP 2025-11-25 that wants pages opened first.
 * - `relay` is a server of MCP 2026-07-28: it answers `input_required` with its `requests` and `state`, and the repeated request
 *   with what that brought.
 */
export function createAskingUpstream(source: string): { upstream: Upstream; reached: Reached } {
  const contexts: CallContext[] = [];
  const cancelled = Promise.withResolvers<void>();
  const waiting = Promise.withResolvers<void>();
  const begin = (context: CallContext): void => {
    contexts.push(context);
    context.signal.addEventListener('abort', () => cancelled.resolve(), { once: true });
  };
  const run = async (name: string, args: JsonObject, context: CallContext): Promise<JsonObject> => {
    begin(context);
    const questions = (args['questions'] ?? []) as unknown as Question[];
    switch (name) {
      case 'ask_at_once':
        return toText(await Promise.all(questions.map((question) => put(question, context))));
      case 'relay':
        return relay(args, context);
      case 'page_first':
        if (context.inputResponses !== undefined) return toText(context.inputResponses);
        throw new BailiwickError('UPSTREAM_ERROR', 'answered with error -32042', {
          data: { upstream: { code: -32_042, message: 'sign in', data: args } },
        });
      default: {
        const answers: Json[] = [];
        for (const [index, question] of questions.entries()) {
          if (name === 'tell') tell(context, index + 1);
          // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
          answers.push(await put(question, context));
        }
        if (name === 'tell') tell(context, questions.length + 1);
        if (args['wait'] === true) {
          waiting.resolve();
          await untilCancelled(context);
        }
        return toText(answers);
      }
    }
  };
  const upstream: Upstream = {
    source,
    contribution: () => Promise.reject(new Error('not compiled')),
    onChange: () => {},
    async callTool(tool, args, context): Promise<CallOutcome> {
      const result = await run(tool.name, args, context);
      const isError = args['strict'] === true && JSON.stringify(result).includes('refused');
      return isError ? { result: { ...result, isError }, status: 'tool-error' } : { result, status: 'ok' };
    },
    plan: () => ({ upstream: source, method: 'tools/call', params: {} }),
    async request(method, params, context) {
      const args = isJsonObject(params['arguments']) ? params['arguments'] : {};
      const questions = JSON.parse(
        (args['questions'] as string | undefined) ?? '[{"method":"roots/list"}]',
      ) as Json;
      const result = await run('ask', { questions }, context);
      const text = (result['content'] as JsonObject[])[0]?.['text'] ?? '';
      return method === 'prompts/get'
        ? { messages: [{ role: 'user', content: { type: 'text', text } }] }
        : { contents: [{ uri: params['uri'] ?? '', text }] };
    },
    subscribe: () => Promise.resolve(() => Promise.resolve()),
    close: () => Promise.resolve(),
  };
  return { upstream, reached: { contexts, cancelled: cancelled.promise, waiting: waiting.promise } };
}

async function put(question: Question, { ask, signal }: CallContext): Promise<Json> {
  if (!ask) return { refused: 'nobody can be asked' };
  try {
    return await ask(question, signal);
  } catch (error) {
    if (!(error instanceof BailiwickError) || error.code === 'CANCELLED') throw error;
    return { refused: error.code, message: error.message, data: error.data as JsonObject };
  }
}

function untilCancelled({ signal }: CallContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(new BailiwickError('CANCELLED', 'the call was cancelled'));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}

function relay({ requests, state }: JsonObject, { inputResponses, requestState }: CallContext): JsonObject {
  if (inputResponses !== undefined || requestState !== undefined) {
    return toText({ inputResponses: inputResponses ?? null, requestState: requestState ?? null });
  }
  return {
    resultType: 'input_required',
    ...(requests !== undefined && { inputRequests: requests }),
    ...(state !== undefined && { requestState: state }),
  };
}

function tell({ onProgress, onNotification }: CallContext, step: number): void {
  onProgress?.({ progress: step, message: `step ${step}` });
  onNotification?.('notifications/message', { level: 'warning', data: `step ${step}` });
  onNotification?.('notifications/message', { level: 'debug', data: `detail of step ${step}` });
}

function toText(value: Json): JsonObject {
  return { content: [{ type: 'text', text: JSON.stringify(value) }] };
}
