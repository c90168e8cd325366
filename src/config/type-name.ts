import { z } from 'zod';
import { elementOf, optionsOf } from './schema-walk.ts';

/** The kind of value that a schema takes, in words for people who write YAML. */
export function typeName(schema: z.ZodType): string {
  return [...new Set(optionsOf(schema).map(nameOf))].join(' or ');
}

function nameOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) return choicesOf(schema).join(' or ');
  if (schema instanceof z.ZodBoolean) return 'true or false';
  if (schema instanceof z.ZodNumber) return schema.format === 'safeint' ? 'whole number' : 'number';
  if (schema instanceof z.ZodArray) return `list of ${plural(typeName(elementOf(schema) ?? z.unknown()))}`;
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return 'mapping';
  if (schema instanceof z.ZodURL) return 'URL';
  if (schema instanceof z.ZodISODateTime) return 'date and time';
  return schema instanceof z.ZodString ? 'text' : 'any JSON';
}

function choicesOf(schema: z.ZodEnum | z.ZodLiteral): string[] {
  const values = schema instanceof z.ZodEnum ? schema.options : [...schema.values];
  return values.map((value) => `\`${String(value)}\``);
}

function plural(name: string): string {
  if (name.startsWith('list of ')) return `lists of ${name.slice('list of '.length)}`;
  if (name.endsWith('`')) return name;
  return name === 'text' ? 'texts' : `${name}s`;
}
