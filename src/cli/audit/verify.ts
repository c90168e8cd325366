import { InvalidArgumentError } from 'commander';
import type { GivenHead } from '../../audit/given-heads.ts';
import type { PlacedHead } from '../../audit/stored-heads.ts';
import type { VerifyOptions } from '../../audit/verify.ts';
import { loadConfig, type LoadedConfig } from '../../config/load.ts';
import { CONFIG_OPTION, createCommand, DEFAULT_CONFIG, JSON_OPTION, type AddCommand } from '../command.ts';
import { toOperatorMessage } from '../operator-message.ts';
import { withProgress, type Terminal } from '../terminal.ts';
import { nameOnce } from './directory.ts';
import { visible } from './safe-text.ts';
import { describeReport } from './verify-report.ts';

interface Options {
  readonly config: string;
  readonly dir?: string;
  readonly json?: boolean;
  readonly head: readonly string[];
  readonly trust: readonly string[];
  readonly strict?: boolean;
}

const DETAILS = `
What it finds: any record that was edited, removed, put elsewhere or added, at or before the last head that left the
directory, with file and line of the first; a whole chain that is gone, where a head or another chain names it; a
signature that is not a trusted key's. What nobody but the chain itself vouches for is said plainly.

Heads are kept elsewhere: in the store of the configuration, in a file that \`bailiwick audit heads\` wrote, or in any sink, whose records are heads too.
Keys that are trusted: those of audit.signing.keys and of --trust; without any, the one that was made beside the directory.`;

/** `bailiwick audit verify`: whether the records on disk are the ones that were written. Works offline, and while a gateway runs. */
export const addVerify: AddCommand = (audit, terminal, exit) => {
  const verify = createCommand('verify', 'Verify every hash chain of an audit directory, offline', [
    'audit verify',
    'audit verify backup/audit --head heads.json --trust audit-public.pem',
    'audit verify backup/audit --json',
  ])
    .argument('[dir]', 'the directory; without it, audit.dir of the configuration')
    .option(...CONFIG_OPTION)
    .option('--dir <dir>', 'the same as [dir]')
    .option(
      '--head <head>',
      'a head that was kept elsewhere: a file, or chain:seq:hash; may be repeated',
      collect,
      [],
    )
    .option(
      '--trust <file>',
      'a public key (PEM) whose signatures are believed; may be repeated',
      collect,
      [],
    )
    .option('--strict', 'also check that every line is the RFC 8785 form of what it says (slower)')
    .option(...JSON_OPTION)
    .addHelpText('after', DETAILS)
    .action(async (named: string | undefined, options: Options) => {
      const dir = nameOnce(named, options);
      const { verifyDirectory } = await import('../../audit/verify.ts');
      const { readHeads, readTrust } = await import('./verify-inputs.ts');
      const loaded = await loadFor(dir, options.config);
      const directory = dir ?? loaded!.config.audit.dir;
      const settings = loaded?.config.audit;
      const progress = { bytes: 0, chains: 0 };
      const wanted: VerifyOptions = {
        heads: [
          ...(await readHeads(options.head)),
          ...(loaded ? await fromStore(loaded, directory, terminal) : []),
        ],
        trust: await readTrust(options.trust, directory, settings),
        strict: options.strict ?? false,
        onProgress: (now) => Object.assign(progress, now),
      };
      const report = await withProgress(
        terminal,
        () => `${progress.chains} chains, ${(progress.bytes / 1e6).toFixed(0)} MB verified`,
        verifyDirectory(directory, wanted),
      );
      // Nothing that was verified is no proof of anything: somebody may have taken all of it away.
      const ok = report.ok && report.chains.length > 0;
      terminal.out(
        options.json
          ? JSON.stringify({ directory, ...report, ok }, undefined, 2)
          : describeReport(directory, report),
      );
      if (!ok) exit(1);
    });
  audit.addCommand(verify);
};

/** The configuration; for a directory that is named only where one was asked for. */
async function loadFor(dir: string | undefined, config: string): Promise<LoadedConfig | undefined> {
  return dir !== undefined && config === DEFAULT_CONFIG ? undefined : loadConfig(config, process.env);
}

/** True for what was written below this path, if on a host of another name: machines and containers are renamed. */
function isSameDirectory({ place }: PlacedHead, directory: string): boolean {
  return place?.slice(place.indexOf(':') + 1) === directory;
}

/** A store that cannot be read takes nothing from the verdict but its heads; the person is told. */
async function fromStore(loaded: LoadedConfig, directory: string, terminal: Terminal): Promise<GivenHead[]> {
  try {
    const { readStoredHeads } = await import('./stored-heads.ts');
    const { here, elsewhere } = await readStoredHeads(loaded, directory);
    if (elsewhere.length > 0) {
      const places = [...new Set(elsewhere.map(({ place }) => visible(place ?? '')))].join(', ');
      terminal.err(`${elsewhere.length} heads in the store are of chains that are elsewhere: ${places}`);
      if (elsewhere.some((one) => isSameDirectory(one, loaded.config.audit.dir))) {
        terminal.err(
          'Among them are chains of this very directory on a host of another name. If that was this machine under another name, they are gone: name the heads with --head, e.g. from `bailiwick audit heads --all`.',
        );
      }
    }
    return here.map((signed) => ({ ...signed, signed, from: 'the store' }));
  } catch (error) {
    terminal.err(`the heads in the store are not used: ${toOperatorMessage(error)}`);
    return [];
  }
}

function collect(value: string, before: readonly string[]): string[] {
  if (value === '') throw new InvalidArgumentError('it is empty');
  return [...before, value];
}
