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

/** What conditions are checked against: the variables with their types, and limits on what is parsed at all. */
export const environment = Object.entries(MEMBERS).reduce(
  (building, [name, schema]) => building.registerVariable(name, { schema }),
  new Environment({
    homogeneousAggregateLiterals: false,
    limits: {
      maxAstNodes: MAX_LENGTH,
      maxDepth: MAX_DEPTH,
      maxListElements: 1000,
      maxMapEntries: 1000,
      maxCallArguments: 8,
    },
  })
    .registerVariable('args', 'map<string, dyn>')
    .registerVariable('now', 'google.protobuf.Timestamp'),
);
