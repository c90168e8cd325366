import type { SearchDocument } from '../document.ts';
import { BOUNDS, FIELDS } from './constants.ts';
import { firstSentence, gramsOf } from './grams.ts';
import type { Language } from './language.ts';
import { resourceTerms } from './resource.ts';

/** Names of the fields, in the order in which an index numbers them. */
export const FIELD_NAMES = Object.keys(FIELDS) as readonly (keyof typeof FIELDS)[];

/** Terms of a document by field, in the order of {@link FIELD_NAMES}. */
export function fieldTerms(document: SearchDocument, language: Language): string[][] {
  const { title, source, groups = [], path = '', parameterNames, parameterTexts } = document;
  const termsOf = (texts: readonly string[]) => termsOfTexts(texts, language);
  const name = termsOf([document.name]);
  const description = termsOf(title === undefined ? [document.description] : [title, document.description]);
  const hints = document.hints.slice(0, BOUNDS.hints).map((hint) => termsOf([hint]));
  const terms: Record<keyof typeof FIELDS, string[]> = {
    name,
    resource: resourceTerms(document, language),
    description,
    source: termsOf([source, ...groups]),
    parameterNames: termsOf(parameterNames),
    parameterTexts: termsOf(parameterTexts),
    path: termsOf([path]),
    hints: hints.flat(),
    phrases: [name, description, ...hints].flatMap(phrasesOf),
  };
  return FIELD_NAMES.map((field) => terms[field]);
}

/** Terms of texts one after the other, of each its beginning. */
export function termsOfTexts(texts: readonly string[], language: Language): string[] {
  return language.terms(texts.map((text) => text.slice(0, BOUNDS.textCharacters)).join(' . '));
}

/** Terms side by side, as one term each. */
export function phrasesOf(terms: readonly string[]): string[] {
  return terms.slice(1).map((term, at) => `${terms[at]} ${term}`);
}

/** Grams of what names a document: its name, and how its description begins. */
export function namingGrams({ name, description }: SearchDocument): string[] {
  return gramsOf(`${name} ${firstSentence(description)}`);
}
