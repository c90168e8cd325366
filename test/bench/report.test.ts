import { expect, test } from 'vitest';
import { parseCpuTicks, parseRssKilobytes } from './machine.ts';
import { describeNoise, summarizeSamples } from './report.ts';
import type { PartyName } from './parties.ts';
import type { BenchResult, Sample } from './rounds.ts';

const quiet = { load: 0.5, cores: 2, busyMs: 0 };

function sampleOf(party: PartyName, round: number, p50: number): Sample {
  const rest = {
    shape: '1 caller',
    calls: 10,
    callsPerSecond: 1000 / p50,
    p99: p50 * 2,
    rssBytes: 1_048_576,
  };
  return { party, round, p50, cpuMsPerCall: p50 / 2, ...rest };
}

function resultOf(directP50: number[], machine: Partial<BenchResult> = {}): BenchResult {
  const samples = directP50.map((p50, round) => sampleOf('direct', round, p50));
  return { samples, before: quiet, after: quiet, foreignCpuShare: 0, ...machine };
}

test('what a party adds and its multiples are taken round by round', () => {
  const lines = summarizeSamples([
    sampleOf('direct', 1, 1),
    sampleOf('SDK relay', 1, 4),
    sampleOf('bailiwick read', 1, 6),
    sampleOf('direct', 2, 2),
    sampleOf('SDK relay', 2, 8),
    sampleOf('bailiwick read', 2, 12),
  ]);
  expect(lines.map(({ party }) => party)).toEqual(['direct', 'SDK relay', 'bailiwick read']);
  expect(lines[2]).toMatchObject({
    addedP50: { median: 7.5, lowest: 5, highest: 10 },
    addedP99: { median: 15 },
    p50OverDirect: { lowest: 6, highest: 6 },
    p50OverSdk: { lowest: 1.5, highest: 1.5 },
    cpuOverSdk: { median: 1.5 },
    rssMegabytes: { median: 1 },
  });
});

test('a quiet machine gets no warning', () => {
  expect(describeNoise(resultOf([1, 1.05, 1.1]))).toEqual([]);
});

test('a baseline that moves by more than a fifth is called noise', () => {
  expect(describeNoise(resultOf([1, 1, 1.3]))).toEqual([
    "the direct call's p50 under 1 caller differed by 30 % between rounds",
  ]);
});

test('a machine that was busy before, or with other programs, is called noisy', () => {
  const noise = describeNoise(resultOf([1], { before: { ...quiet, load: 3 }, foreignCpuShare: 0.4 }));
  expect(noise).toEqual([
    'the load average was 3.00 on 2 cores before the first round',
    'other programs used 40 % of the machine meanwhile',
  ]);
});

test('the usage of a process is read from the kernel, whatever the name of the process', () => {
  const stat = '4711 (a (b) c) S 1 4711 4711 0 -1 4194560 100 0 0 0 120 30 0 0 20 0 11 0 999 1 2 3';
  expect(parseCpuTicks(stat)).toBe(150);
  expect(parseRssKilobytes('Name:\tnode\nVmPeak:\t 9 kB\nVmRSS:\t  2048 kB\n')).toBe(2048);
});
