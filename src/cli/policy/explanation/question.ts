import { BailiwickError } from '../../../errors.ts';
import type { CallFacts } from '../../../policy/facts.ts';

const MEMBERS = ['endpoint', 'face', 'era', 'clientName', 'clientVersion', 'ip'] as const;
const WORDS: Partial<Record<string, readonly string[]>> = {
  face: ['http', 'stdio', 'cli'],
  era: ['legacy', 'modern'],
};

/**
 * How a call comes, from `--via endpoint=/mcp/support`: one member for each option, or several with commas between them. What is not
 * said is a client of today over HTTP.
 *
 * @throws BailiwickError `USAGE`
 */
export function toCallFacts(options: readonly string[]): CallFacts {
  let facts: CallFacts = { face: 'http', era: 'modern', endpoint: '/mcp' };
  for (const text of options.flatMap((option) => option.split(','))) {
    const [, name = '', value = ''] = /^\s*([A-Za-z]+)=([^]*)$/.exec(text) ?? [];
    if (!MEMBERS.some((member) => member === name)) {
      throw new BailiwickError(
        'USAGE',
        `--via: ${text} is none of ${MEMBERS.map((one) => `${one}=…`).join(', ')}`,
      );
    }
    const words = WORDS[name];
    if (words !== undefined && !words.includes(value)) {
      throw new BailiwickError('USAGE', `--via: ${name} is ${words.join(' or ')}, not ${value}`);
    }
    if (name === 'endpoint' && !value.startsWith('/')) {
      throw new BailiwickError(
        'USAGE',
        `--via: an endpoint is a path, like /mcp or /mcp/helpdesk, not ${value}`,
      );
    }
    facts = { ...facts, [name]: value };
  }
  return facts;
}
