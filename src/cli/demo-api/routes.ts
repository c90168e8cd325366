import { articleOperations } from './articles.ts';
import { attachmentOperations } from './attachments.ts';
import { customerOperations } from './customers.ts';
import type { Operation } from './operation.ts';
import { Problem } from './problem.ts';
import { refundOperations } from './refunds.ts';
import { ticketOperations } from './tickets.ts';

/** Every operation of `specs/helpdesk.yaml`. */
export const operations: readonly Operation[] = [
  ...customerOperations,
  ...ticketOperations,
  ...attachmentOperations,
  ...articleOperations,
  ...refundOperations,
];

/** The operation for a method and a path, with the decoded path parameters; a `404` or `405` when there is none. */
export function findOperation(
  method: string,
  path: string,
): { operation: Operation; parameters: Record<string, string> } {
  const segments = path.split('/').map(decodeSegment);
  const onPath = operations.flatMap((operation) => {
    const parameters = matchPath(operation.path, segments);
    return parameters === undefined ? [] : [{ operation, parameters }];
  });
  if (onPath.length === 0) {
    throw new Problem(
      'not-found',
      'There is nothing at this path. Paths begin with /customers, /tickets, /articles or /refunds.',
    );
  }
  const match = onPath.find(({ operation }) => operation.method === method);
  if (match !== undefined) return match;
  const allowed = onPath.map(({ operation }) => operation.method).join(', ');
  throw new Problem('method-not-allowed', `This path answers ${allowed}.`, { headers: { allow: allowed } });
}

function matchPath(
  template: string,
  segments: readonly (string | undefined)[],
): Record<string, string> | undefined {
  const expected = template.split('/');
  if (expected.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const sent = segments[index];
    if (sent === undefined) return undefined;
    if (!part.startsWith('{')) {
      if (part !== sent) return undefined;
    } else if (sent === '') return undefined;
    else parameters[part.slice(1, -1)] = sent;
  }
  return parameters;
}

/** `undefined` for a malformed percent-encoding: such a path names nothing. */
function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
