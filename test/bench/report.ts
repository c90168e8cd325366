import { formatMarkdownTable } from './markdown-table.ts';
import type { BenchResult, Sample } from './rounds.ts';
import { PARTY_NAMES } from './parties.ts';
import type { PartyName } from './parties.ts';
import { pairRounds, relativeSpread, summarize } from './statistics.ts';
import type { Summary } from './statistics.ts';

/** One party under one load over all rounds. Times in milliseconds. */
export interface Line {
  readonly shape: string;
  readonly party: PartyName;
  readonly callsPerSecond: Summary;
  readonly p50: Summary;
  readonly p99: Summary;
  /** Over `direct`, paired by round. */
  readonly addedP50: Summary;
  readonly addedP99: Summary;
  readonly cpuMsPerCall: Summary | undefined;
  readonly rssMegabytes: Summary | undefined;
  /** p50 as a multiple of that of `direct`, and of that of the SDK relay where it took part. */
  readonly p50OverDirect: Summary;
  readonly p50OverSdk: Summary | undefined;
  /** CPU of the party's process as a multiple of that of the SDK relay's. */
  readonly cpuOverSdk: Summary | undefined;
}

const NOISY_SPREAD = 0.2;
const NOISY_FOREIGN_SHARE = 0.1;

/** The samples as one line for each load and party, in the order of the samples' loads and of {@link PARTY_NAMES}. */
export function summarizeSamples(samples: readonly Sample[]): Line[] {
  const shapes = [...new Set(samples.map(({ shape }) => shape))];
  return shapes.flatMap((shape) => {
    const of = (party: PartyName): Sample[] =>
      samples.filter((sample) => sample.shape === shape && sample.party === party);
    const direct = of('direct');
    const sdk = of('SDK relay');
    return PARTY_NAMES.filter((party) => of(party).length > 0).map((party) =>
      summarizeParty(of(party), direct, sdk),
    );
  });
}

function summarizeParty(own: readonly Sample[], direct: readonly Sample[], sdk: readonly Sample[]): Line {
  const [first] = own;
  if (first === undefined) throw new RangeError('a party without samples');
  const cpu = own.map(({ cpuMsPerCall }) => cpuMsPerCall ?? Number.NaN);
  const memory = own.map(({ rssBytes }) => (rssBytes ?? Number.NaN) / 1_048_576);
  const sdkCpu = sdk.map(({ cpuMsPerCall }) => cpuMsPerCall ?? Number.NaN);
  return {
    shape: first.shape,
    party: first.party,
    callsPerSecond: summarize(own.map(({ callsPerSecond }) => callsPerSecond)),
    p50: summarize(own.map(medianOf)),
    p99: summarize(own.map(tailOf)),
    addedP50: summarize(pairRounds(own.map(medianOf), direct.map(medianOf), subtract)),
    addedP99: summarize(pairRounds(own.map(tailOf), direct.map(tailOf), subtract)),
    cpuMsPerCall: summarizeKnown(cpu),
    rssMegabytes: summarizeKnown(memory),
    p50OverDirect: summarize(pairRounds(own.map(medianOf), direct.map(medianOf), divide)),
    p50OverSdk:
      sdk.length === 0 ? undefined : summarize(pairRounds(own.map(medianOf), sdk.map(medianOf), divide)),
    // Direct is the upstream's own process, which is no relay.
    cpuOverSdk:
      sdk.length === 0 || first.party === 'direct'
        ? undefined
        : summarizeKnown(pairRounds(cpu, sdkCpu, divide)),
  };
}

function medianOf(sample: Sample): number {
  return sample.p50;
}

function tailOf(sample: Sample): number {
  return sample.p99;
}

function summarizeKnown(values: readonly number[]): Summary | undefined {
  return values.every(Number.isFinite) ? summarize(values) : undefined;
}

function subtract(value: number, base: number): number {
  return value - base;
}

function divide(value: number, base: number): number {
  return value / base;
}

/** Why the numbers should not be trusted, one sentence each. Empty: the machine was quiet. */
export function describeNoise({ samples, before, foreignCpuShare }: BenchResult): string[] {
  const reasons: string[] = [];
  if (before.load > before.cores) {
    reasons.push(
      `the load average was ${before.load.toFixed(2)} on ${before.cores} cores before the first round`,
    );
  }
  if (foreignCpuShare !== undefined && foreignCpuShare > NOISY_FOREIGN_SHARE) {
    reasons.push(`other programs used ${percent(foreignCpuShare)} of the machine meanwhile`);
  }
  const direct = samples.filter(({ party }) => party === 'direct');
  for (const shape of new Set(direct.map((sample) => sample.shape))) {
    const spread = relativeSpread(direct.filter((sample) => sample.shape === shape).map(({ p50 }) => p50));
    if (spread > NOISY_SPREAD) {
      reasons.push(`the direct call's p50 under ${shape} differed by ${percent(spread)} between rounds`);
    }
  }
  return reasons;
}

/** The lines as a Markdown table, which reads well on a terminal too. */
export function formatTable(lines: readonly Line[]): string {
  const head = [
    'load',
    'party',
    'calls/s',
    'p50 ms',
    'p99 ms',
    'added p50 ms',
    'added p99 ms',
    'CPU ms/call',
    'RSS MB',
    'p50 ÷ direct',
    'p50 ÷ SDK relay',
    'CPU ÷ SDK relay',
  ];
  const rows = lines.map((line) => [
    line.shape,
    line.party,
    withSpread(line.callsPerSecond, 0),
    withSpread(line.p50, 2),
    withSpread(line.p99, 2),
    line.party === 'direct' ? '' : withSpread(line.addedP50, 2),
    line.party === 'direct' ? '' : withSpread(line.addedP99, 2),
    line.cpuMsPerCall === undefined ? '?' : withSpread(line.cpuMsPerCall, 2),
    line.rssMegabytes === undefined ? '?' : line.rssMegabytes.median.toFixed(0),
    line.p50OverDirect.median.toFixed(1),
    line.p50OverSdk === undefined ? '' : line.p50OverSdk.median.toFixed(2),
    line.cpuOverSdk === undefined ? '' : line.cpuOverSdk.median.toFixed(2),
  ]);
  return formatMarkdownTable(head, rows);
}

/** What the machine did meanwhile, in one paragraph. */
export function formatMachine(result: BenchResult): string {
  const { before, after, foreignCpuShare } = result;
  const noise = describeNoise(result);
  return [
    `Load average ${before.load.toFixed(2)} before and ${after.load.toFixed(2)} after, on ${after.cores} cores;`,
    foreignCpuShare === undefined
      ? 'what other programs used is not known here.'
      : `other programs used ${percent(foreignCpuShare)} of the machine.`,
    noise.length === 0
      ? 'The machine was quiet.'
      : `THE MACHINE WAS NOISY, so read the ratios and not the milliseconds: ${noise.join('; ')}.`,
  ].join(' ');
}

function withSpread({ median, lowest, highest }: Summary, digits: number): string {
  return `${median.toFixed(digits)} (${lowest.toFixed(digits)} to ${highest.toFixed(digits)})`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
