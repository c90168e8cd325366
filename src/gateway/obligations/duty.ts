import type { Json } from '../../catalog/json.ts';
import type { Decision } from '../../policy/decision.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { evaluateJmesPath, parseJmesPath } from '../../text/jmespath.ts';
import { messageOf } from '../../errors.ts';
import { maskValues } from './mask-values.ts';
import { withheld } from './withheld.ts';

/** What policy lets a caller have of a result. */
export interface Duty {
  /** True where results are projected, and not only masked: an error is then no part of what may be had. */
  readonly isSelective: boolean;
  /**
   * What the caller gets of a JSON document.
   *
   * @throws BailiwickError `RESULT_WITHHELD` where it cannot be projected
   */
  readonly project: (document: Json) => Json;
  /** What the caller gets of a JSON document that is an error: masked, never projected. */
  readonly mask: (document: Json) => Json;
}

/** Undefined: the whole result may be had. */
export function dutyOf(decision: Decision): Duty | undefined {
  const { select, mask = [] } = decision.effect === 'deny' ? {} : (decision.obligations ?? {});
  if (select === undefined && mask.length === 0) return undefined;
  return {
    isSelective: select !== undefined,
    project: (document) => guarded(() => maskValues(projectBy(select, document), mask)),
    mask: (document) => guarded(() => maskValues(document, mask)),
  };
}

function projectBy(select: string | undefined, document: Json): Json {
  return select === undefined ? document : evaluateJmesPath(parseJmesPath(select), document);
}

function guarded(work: () => Json): Json {
  try {
    return work();
  } catch (error) {
    throw withheld(`its projection failed: ${messageOf(error).slice(0, 300)}`);
  }
}

/** What a call carries whose result is not shown whole: what is told on the way could hold the rest. */
export function toSilent(context: CallContext): CallContext {
  const { onNotification: _told, onProgress, ...rest } = context;
  return {
    ...rest,
    isConfidential: true,
    ...(onProgress && {
      onProgress: ({ progress, total }) =>
        onProgress({ progress, ...(typeof total === 'number' && { total }) }),
    }),
  };
}
