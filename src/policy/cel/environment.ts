import { Environment } from '@marcbachmann/cel-js';

/** By variable whose members are known, those members with their types. */
export const MEMBERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  principal: {
    issuer: 'string',
    subject: 'string',
    scopes: 'list<string>',
    groups: 'list<string>',
    team: 'string',
    client: 'string',
    claims: 'map<string, dyn>',
    act: 'dyn',
  },
  tool: {
    kind: 'string',
    source: 'string',
    name: 'string',
    access: 'string',
    tags: 'list<string>',
    method: 'string',
    path: 'string',
  },
  call: {
    face: 'string',
    era: 'string',
    endpoint: 'string',
    clientName: 'string',
    clientVersion: 'string',
    ip: 'string',
  },
};

/** How long a condition may be, in UTF-16 code units. */
export const MAX_LENGTH = 4096;

/** How deep an expression may be. */
export const MAX_DEPTH = 200;

/** Conversions of the CEL specification that the library lacks. */
const MORE_CONVERSIONS = [
  'int(uint): int',
  'int(google.protobuf.Timestamp): int',
  'string(google.protobuf.Timestamp): string',
  'string(google.protobuf.Duration): string',
  'timestamp(google.protobuf.Timestamp): google.protobuf.Timestamp',
  'duration(google.protobuf.Duration): google.protobuf.Duration',
];

/** What conditions are checked against: the variables with their types, and limits on what is parsed at all. */
export const environment = createEnvironment();

function createEnvironment(): Environment {
  const building = new Environment({
    homogeneousAggregateLiterals: false,
    limits: {
      maxAstNodes: MAX_LENGTH,
      maxDepth: MAX_DEPTH,
      maxListElements: 1000,
      maxMapEntries: 1000,
      maxCallArguments: 8,
    },
  });
  for (const [name, schema] of Object.entries(MEMBERS)) building.registerVariable(name, { schema });
  building.registerVariable('args', 'map<string, dyn>');
  building.registerVariable('now', 'google.protobuf.Timestamp');
  for (const signature of MORE_CONVERSIONS) building.registerFunction(signature, neverCalled);
  return building;
}

/** The library checks types; evaluating is ours. */
function neverCalled(): never {
  throw new Error('conditions are not evaluated by the library');
}
