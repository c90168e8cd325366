import type { SchemaSettings } from '../settings.ts';
import { textTokens } from './tokens.ts';

/** No character costs more, in tokens. */
const MOST_PER_CHARACTER = 4;

/** The description of a tool, cut where it would take more than half of what the tool may cost: rare scripts are dear. */
export function fitDescription(description: string, { limit }: SchemaSettings): string {
  const room = limit / 2;
  if (description.length * MOST_PER_CHARACTER <= room) return description;
  let text = description;
  for (let tokens = textTokens(text); tokens > room; tokens = textTokens(text)) {
    const length = Math.floor(text.length * Math.min(0.9, room / tokens));
    text = `${text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')}…`;
  }
  return text;
}
