import { isJsonObject, type JsonSchema } from '../../catalog/json.ts';
import type { SeenEntry } from '../../catalog/sight.ts';
import { shorten, type Shortened } from './schema/shorten.ts';
import type { Place } from './schema/read.ts';

/** The input schema of a tool as this caller may use it: nothing is cut from it for its size, and nothing in it is not for it. */
export function inputOf(entry: SeenEntry): JsonSchema {
  const whole = entry.presentWhole?.() ?? entry.present()['inputSchema'];
  return isJsonObject(whole) ? whole : { type: 'object' };
}

/** The input schema of a tool in so many tokens; what a prompt takes; empty for what takes nothing. */
export function describeInput(entry: SeenEntry, tokens: number): string {
  if (entry.kind === 'tool') return JSON.stringify(shortenInput(entry, tokens).schema);
  const { arguments: declared } = entry.present();
  return entry.kind === 'prompt' && Array.isArray(declared)
    ? JSON.stringify(shortenInput(entry, tokens).schema)
    : '';
}

/** What is left of the input in so many tokens. */
export function shortenInput(entry: SeenEntry, tokens: number, place?: Place): Shortened {
  const root = entry.kind === 'prompt' ? promptInput(entry) : inputOf(entry);
  return shorten(place ?? { root, schema: root, pointer: '' }, tokens);
}

/** The arguments of a prompt as an input schema: they are texts. */
function promptInput(entry: SeenEntry): JsonSchema {
  const { arguments: declared } = entry.present();
  const list = (Array.isArray(declared) ? declared : []).flatMap((one) =>
    isJsonObject(one) && typeof one['name'] === 'string' ? [{ ...one, name: one['name'] }] : [],
  );
  const required = list.filter((one) => 'required' in one && one.required === true).map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(
      list.map((one) => {
        const description = 'description' in one ? one.description : undefined;
        return [one.name, { type: 'string', ...(typeof description === 'string' && { description }) }];
      }),
    ),
    ...(required.length > 0 && { required }),
  };
}
