import { compileGlob } from '../../text/glob.ts';
import { compilePathGlob } from '../../text/path-glob.ts';
import type { Operation } from './operations.ts';
import type { OperationRule } from './settings.ts';

type Match = OperationRule['match'];

/** True for the operations that a rule is about: all that its `match` names has to hold. */
export function compileMatch({ operationId, method, path, tag }: Match): (operation: Operation) => boolean {
  const isId = anyOf(operationId, compileGlob);
  const isMethod = anyOf(method, (name) => (text) => text === name.toUpperCase());
  const isPath = anyOf(path, compilePathGlob);
  const isTag = anyOf(tag, compileGlob);
  return ({ operation, ...place }) => {
    const id = operation['operationId'];
    const tags = Array.isArray(operation['tags']) ? operation['tags'] : [];
    return (
      (isMethod === undefined || isMethod(place.method)) &&
      (isPath === undefined || isPath(place.path)) &&
      (isId === undefined || (typeof id === 'string' && isId(id))) &&
      (isTag === undefined || tags.some((each) => typeof each === 'string' && isTag(each)))
    );
  };
}

function anyOf(
  given: string | readonly string[] | undefined,
  compile: (pattern: string) => (text: string) => boolean,
): ((text: string) => boolean) | undefined {
  if (given === undefined) return undefined;
  const matchers = (typeof given === 'string' ? [given] : given).map(compile);
  return (text) => matchers.some((matches) => matches(text));
}
