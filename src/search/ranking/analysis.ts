import type { SearchDocument } from '../document.ts';
import { BOUNDS, FIELDS } from './constants.ts';
import { firstSentence, gramsOf } from './grams.ts';
import type { Language } from './language.ts';
import { resourceTerms } from './resource.ts';

/** Names of the fields, in the order in which an index numbers them. */
export const FIELD_NAMES = Object.keys(FIELDS) as readonly (keyof typeof FIELDS)[];

/** Terms of a document by field, in the order of {@link FIELD_NAMES}. */
export function fieldTerms(document: SearchDocument, language: Language): string[][] {
  const { name, title, description, source, groups = [], path = '' } = document;
  const texts: Record<keyof typeof FIELDS, readonly string[]> = {
    name: [name],
    resource: [],
    description: title === undefined ? [description] : [title, description],
    source: [source, ...groups],
    parameterNames: document.parameterNames,
    parameterTexts: document.parameterTexts,
    path: [path],
    hints: document.hints,
  };
  return FIELD_NAMES.map((field) =>
    field === 'resource'
      ? resourceTerms(document, language)
      : language.terms(texts[field].map((text) => text.slice(0, BOUNDS.textCharacters)).join(' . ')),
  );
}

/** Grams of what names a document: its name, and how its description begins. */
export function namingGrams({ name, description }: SearchDocument): Map<string, number> {
  return gramsOf(`${name} ${firstSentence(description)}`);
}
