/**
 * Compiles one document with one party, once, and says what it cost:
 *
 *   node test/bench/parties/compile.ts PARTY FILE
 *
 * A process of its own for each: memory is the peak of all that the process ever held, the runtime and the party's own code included.
 */
import { readFileSync } from 'node:fs';
import { compileWith, type CompileParty } from '../compile/parties.ts';

const [party, file] = process.argv.slice(2);
if (party === undefined || file === undefined) throw new Error('PARTY and FILE are wanted');

const run = await compileWith(party as CompileParty);
const text = readFileSync(file, 'utf8');
const before = process.cpuUsage();
const compiled = await run(text);
const { user, system } = process.cpuUsage(before);
const peakBytes = process.resourceUsage().maxRSS * 1024;
const parsing = process.cpuUsage();
JSON.parse(text);
const parsed = process.cpuUsage(parsing);
const requests = await compiled.compareRequests?.(text);
console.log(
  JSON.stringify({
    party,
    cpuMs: (user + system) / 1000,
    parseMs: (parsed.user + parsed.system) / 1000,
    peakBytes,
    tools: compiled.tools,
    ...(requests !== undefined && { requests }),
  }),
);
// A party may leave timers and sockets behind.
process.exit(0);
