import { isJsonObject, type Json, type JsonObject } from '../../catalog/json.ts';
import { createPositions, offsetOfKey, type NamedText } from './position.ts';

type Form = 'a mapping' | 'a list';

/** What the members of a document are, in any version that has them. */
const FORMS: Readonly<Record<string, Form>> = {
  info: 'a mapping',
  servers: 'a list',
  paths: 'a mapping',
  webhooks: 'a mapping',
  components: 'a mapping',
  security: 'a list',
  tags: 'a list',
  schemes: 'a list',
  consumes: 'a list',
  produces: 'a list',
  definitions: 'a mapping',
  parameters: 'a mapping',
  responses: 'a mapping',
  securityDefinitions: 'a mapping',
};

const SECTIONS = [
  'schemas',
  'responses',
  'parameters',
  'requestBodies',
  'headers',
  'securitySchemes',
  'pathItems',
  'mediaTypes',
];

/** Warnings for members at the top of a document, and below `components`, that are of another type than they should be. */
export function checkMemberTypes(named: NamedText, root: JsonObject): string[] {
  const components = isJsonObject(root['components']) ? root['components'] : {};
  const members = [
    ...Object.entries(FORMS).map(([name, form]) => ({ name, form, value: root[name] })),
    ...SECTIONS.map((name) => ({ name, form: 'a mapping' as const, value: components[name] })),
  ];
  const wrong = members.filter(({ form, value }) => !hasForm(value, form));
  if (wrong.length === 0) return [];
  const positionOf = createPositions(named.text);
  return wrong.map(({ name, form }) => {
    const place = `${named.file}:${positionOf(offsetOfKey(named.text, name))}`;
    return `${place} \`${name}\` is not ${form} and counts as absent`;
  });
}

function hasForm(value: Json | undefined, form: Form): boolean {
  if (value === undefined || value === null) return true;
  return form === 'a list' ? Array.isArray(value) : isJsonObject(value);
}
