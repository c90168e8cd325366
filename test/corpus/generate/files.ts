import type { BodyBinding, HttpBinding } from '../../../src/catalog/binding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../src/catalog/json.ts';
import type { Random } from '../../support/random.ts';

/**
 * The arguments with files in the place of what was drawn for them: that a file has either `data` or `text` is said in words,
 * not by the schema.
 */
export function withFiles(args: JsonObject, { body }: HttpBinding, random: Random): JsonObject {
  if (body === undefined) return args;
  const { shape } = body;
  if (shape.kind === 'whole') {
    const value = args[shape.argument];
    if (value === undefined) return args;
    return {
      ...args,
      [shape.argument]: body.format === 'binary' ? drawFile(random) : fillMembers(value, body, random),
    };
  }
  const filled = { ...args };
  for (const { argument, name } of shape.properties) {
    const value = args[argument];
    if (value !== undefined) filled[argument] = fillMember(name, value, body, random);
  }
  return filled;
}

function fillMembers(value: Json, body: BodyBinding, random: Random): Json {
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(
    ([name, each]) => [name, fillMember(name, each, body, random)] as const,
  );
  return Object.fromEntries(members);
}

function fillMember(name: string, value: Json, { encoding }: BodyBinding, random: Random): Json {
  const file = encoding?.[name]?.file;
  if (file === 'many' && Array.isArray(value)) return value.map(() => drawFile(random));
  return file === undefined ? value : drawFile(random);
}

function drawFile(random: Random): JsonObject {
  const filename = random() < 0.5 ? 'notes.txt' : 'plan 4.bin';
  return random() < 0.5 ? { data: 'AAECA/8=', filename } : { text: 'Grüße', filename };
}
