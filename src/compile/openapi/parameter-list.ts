import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import type { Operation } from './operations.ts';
import { appendPointer } from './pointer.ts';
import { SkipOperation, type ReportLoss } from './reasons.ts';
import type { References } from './references.ts';

/** A parameter object of the document: what it is called and where it goes are known, the rest is as the document has it. */
export interface DeclaredParameter {
  /** One of the locations that the version of the document has. */
  readonly location: string;
  readonly name: string;
  readonly required: boolean;
  readonly value: JsonObject;
  /** Where `value` is: after references. */
  readonly pointer: string;
}

/** What listing an operation's parameters needs. */
export interface ParameterListing {
  readonly references: References;
  /** The values that `in` may have. */
  readonly locations: readonly string[];
  readonly reportLoss: ReportLoss;
}

/**
 * The parameter objects of an operation: those of its path item overridden by its own, in declared order.
 *
 * One without a usable name or location is left out with a row where it is optional.
 *
 * @throws SkipOperation `malformed-parameter` for a required one, or for a broken reference: whether the parameter behind
 * it is required, nobody knows.
 */
export function listParameters(operation: Operation, listing: ParameterListing): DeclaredParameter[] {
  const declared = [
    ...listOf(operation.pathItem['parameters'], appendPointer(operation.pathItemPointer, 'parameters')),
    ...listOf(operation.operation['parameters'], appendPointer(operation.pointer, 'parameters')),
  ];
  const byPlace = new Map<string, DeclaredParameter>();
  for (const { value, pointer } of declared) {
    const place = listing.references.follow(value, pointer);
    if (!isJsonObject(place.value)) {
      throw new SkipOperation('malformed-parameter', `${pointer} is not a parameter`);
    }
    const { value: parameter } = place;
    const isRequired = parameter['required'] === true || parameter['in'] === 'path';
    const read = dropOptional(isRequired, listing.reportLoss, () =>
      readPlace(parameter, place.pointer, listing.locations),
    );
    if (read !== undefined) byPlace.set(placeOf(read), read);
  }
  return [...byPlace.values()];
}

/**
 * What `read` gives, or nothing and a row where it finds the parameter broken and the parameter is optional: a request
 * without it is a right one.
 */
export function dropOptional<Value>(
  isRequired: boolean,
  reportLoss: ReportLoss,
  read: () => Value,
): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (isRequired || !(error instanceof SkipOperation)) throw error;
    reportLoss('parameter-dropped', error.message);
    return undefined;
  }
}

function listOf(parameters: Json | undefined, pointer: string): { value: Json; pointer: string }[] {
  if (parameters === undefined || parameters === null) return [];
  if (!Array.isArray(parameters)) throw new SkipOperation('malformed-parameter', `${pointer} is not a list`);
  return parameters.map((value, index) => ({ value, pointer: appendPointer(pointer, index) }));
}

function readPlace(value: JsonObject, pointer: string, locations: readonly string[]): DeclaredParameter {
  const location = locations.find((each) => each === value['in']);
  const required = value['required'] === true || location === 'path';
  // A body has no name on the wire.
  const name = location === 'body' ? 'body' : value['name'];
  if (typeof name !== 'string' || name === '') {
    throw new SkipOperation('malformed-parameter', `${pointer} has no \`name\``);
  }
  if (location === undefined) {
    const known = locations.join(', ').replace(/, (\w+)$/, ' or $1');
    throw new SkipOperation('malformed-parameter', `${pointer} has no \`in\` that is ${known}`);
  }
  return { location, name, required, value, pointer };
}

/** Header names are the same in any case. */
function placeOf({ location, name }: DeclaredParameter): string {
  return `${location} ${location === 'header' ? name.toLowerCase() : name}`;
}
