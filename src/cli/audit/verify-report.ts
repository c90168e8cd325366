import type { HeadReport } from '../../audit/given-heads.ts';
import type { ChainReport, DirectoryReport } from '../../audit/verify.ts';
import { paint, table } from '../terminal.ts';
import { visible } from './safe-text.ts';

/** So many lines of one kind are read by a person; `--json` has all of them. */
const MAX_LINES = 50;

/** What verification found, for a person. */
export function describeReport(directory: string, report: DirectoryReport): string {
  const { chains, heads, removed, unexpected } = report;
  if (chains.length === 0) return `${directory}: there is no chain of records here, so nothing was verified`;
  const broken = chains.filter((chain) => !chain.ok);
  return [
    table(['CHAIN', 'RECORDS', 'OK', 'FIRST BAD LINE'], shownChains(chains).map(toRow)),
    ...(chains.length > MAX_LINES && broken.length < chains.length
      ? [`${chains.length} chains in all; those that are not ok, and the last ${MAX_LINES}, are shown`]
      : []),
    '',
    ...some(chains.flatMap(toTornLine)),
    ...some(chains.flatMap(toStartLine)),
    ...some(
      unexpected.map((name) => `${visible(name)}: neither a chain nor a part of one; it was not looked at.`),
    ),
    ...some(removed.map((name) => `${visible(name)}: removed when its time was over, as a record says.`)),
    ...some(heads.flatMap(toHeadLine)),
    ...toKeyLines(chains),
    ...(broken.length > 0
      ? [
          paint(
            'red',
            `${broken.length} of ${chains.length} chains ${broken.length === 1 ? 'is' : 'are'} not what was written. RECORDS counts those before the first bad line.`,
          ),
        ]
      : []),
    ...toNotes(chains),
  ].join('\n');
}

function shownChains(chains: readonly ChainReport[]): readonly ChainReport[] {
  if (chains.length <= MAX_LINES) return chains;
  const last = new Set(chains.slice(-MAX_LINES));
  return chains.filter((chain) => !chain.ok || last.has(chain));
}

function toRow({ chain, segments, records, ok, firstBad }: ChainReport): string[] {
  // A chain without files has no line that could be bad.
  const place =
    segments > 0 ? `${firstBad?.file || chain}:${firstBad?.line} (record ${firstBad?.seq}): ` : '';
  const where = firstBad ? visible(place + firstBad.why) : '';
  return [visible(chain), String(records), ok ? 'yes' : 'NO', where];
}

function toTornLine({ torn, head }: ChainReport): string[] {
  return torn
    ? [
        `${visible(torn.file)}:${torn.line}: the last line is unfinished. A crash or a write under way leaves that, and then no acknowledged record is in it; a file that somebody cut looks the same. Only a head after record ${head.seq}, from elsewhere, tells which.`,
      ]
    : [];
}

function toStartLine({ chain, ok, start }: ChainReport): string[] {
  return ok && start.seq > 0
    ? [
        `${visible(chain)}: records 1 to ${start.seq} were removed when their time was over, as a record says.`,
      ]
    : [];
}

function toHeadLine({ chain, seq, from, ok, why, key, trusted }: HeadReport): string[] {
  const which = `the head ${visible(chain)}:${seq} of ${visible(from)}`;
  if (!ok) return [paint('red', `${which} was not used: ${visible(why ?? '')}`)];
  return trusted === false ? [`${which} is signed by ${key}, which is not known here.`] : [];
}

function toKeyLines(chains: readonly ChainReport[]): string[] {
  const unknown = new Set(chains.flatMap(({ signatures }) => signatures.unknown));
  const unsigned = chains.filter(
    ({ signatures, records }) => records > 0 && signatures.checkpoints === 0,
  ).length;
  return [
    ...[...unknown].map((key) => {
      const count = chains.filter(({ signatures }) => signatures.unknown.includes(key)).length;
      return `key ${key} signed ${count} of ${chains.length} chains and is not known here: anybody could have made it. Name it with --trust if it is yours.`;
    }),
    ...(unsigned > 0 ? [`${unsigned} of ${chains.length} chains are not signed.`] : []),
  ];
}

/** How far the verdict goes: of each chain while they are few, else of those without a head together. */
function toNotes(chains: readonly ChainReport[]): string[] {
  if (chains.length === 1) return chains.map(({ chain, tail }) => `${visible(chain)}: ${tail.note}`);
  const confirmed = chains.filter(({ tail }) => tail.confirmed);
  const whole = confirmed.filter(isWhole);
  const signed = chains.filter(({ tail }) => !tail.confirmed && tail.vouchedUntil > 0);
  // A chain that is gone agrees with nothing.
  const alone = chains.filter(
    ({ segments, tail }) => segments > 0 && !tail.confirmed && tail.vouchedUntil === 0,
  ).length;
  return [
    ...(whole.length > 0
      ? [
          `${whole.length} of ${chains.length} chains are confirmed to their ends by ${toSources(whole)}; ` +
            'records that were cut off after such an end would not be noticed.',
        ]
      : []),
    ...some(
      confirmed
        .filter((chain) => !isWhole(chain))
        .map(({ chain, tail }) => `${visible(chain)}: ${tail.note}`),
    ),
    ...(signed.length > 0
      ? [
          `${signed.length} of ${chains.length} chains are signed by a trusted key, up to or near their last record, and no head of them was given: ` +
            'records cut off at the end, or a chain that was removed as a whole and that no other chain names, would not be noticed.',
        ]
      : []),
    ...(alone > 0
      ? [
          `${alone} of ${chains.length} chains only agree with themselves, and no more than that is known of them: ` +
            'records cut off after the last, or a chain whose hashes were all computed anew, would not be noticed.',
        ]
      : []),
  ];
}

/** True where a head that was kept elsewhere is the last record's. */
function isWhole({ ok, head, tail, signatures }: ChainReport): boolean {
  return ok && tail.confirmed && tail.vouchedUntil === head.seq && signatures.unknown.length === 0;
}

function toSources(chains: readonly ChainReport[]): string {
  return [...new Set(chains.flatMap(({ tail }) => tail.confirmedBy ?? []))].map(visible).join(' and ');
}

function some(lines: readonly string[]): string[] {
  const more = lines.length - MAX_LINES;
  return more > 0 ? [...lines.slice(0, MAX_LINES), `… and ${more} more like these`] : [...lines];
}
