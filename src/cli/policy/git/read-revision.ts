import path from 'node:path';
import { isPolicyFileName } from '../../../config/inputs.ts';
import { toText } from '../../../config/read-inputs.ts';
import type { TextFile } from '../../../config/text-file.ts';
import { BailiwickError } from '../../../errors.ts';
import { valueAt } from '../../../text/pointer.ts';
import { readConfiguration } from './configuration.ts';
import { MAX_FILE_BYTES } from './read-folder.ts';
import type { Repository } from './repository.ts';
import { isTestFileName, type Side } from './side.ts';

/** Where policies are when the configuration does not say. */
const DEFAULT_POLICIES = 'policies';

/** What of a commit is read. */
export interface RevisionPlace {
  readonly repository: Repository;
  readonly revision: string;
  readonly commit: string;
  /** The configuration, from its folder: `bailiwick.yaml`. */
  readonly configName: string;
  /** What the configuration of today says of `policies`, as it is written there. */
  readonly places: readonly string[];
}

/**
 * The policies of a revision: those that the configuration of that revision names, or where it has none, or names them by
 * something of the environment, those that the configuration of today does.
 *
 * @throws BailiwickError `USAGE` where they lie outside of the repository, or cannot be read.
 */
export async function readRevisionSide(place: RevisionPlace): Promise<Side> {
  const { repository, revision, commit } = place;
  const configuration = await readConfigurationThen(place);
  const places = placesIn(configuration) ?? (place.places.length > 0 ? place.places : [DEFAULT_POLICIES]);
  const policies = new Set<string>();
  const tests = new Set<string>();
  const notes: string[] = [];
  for (const written of places) {
    const at = toInRepository(repository, written, revision);
    const entry = await repository.look(commit, at);
    if (entry === undefined) {
      notes.push(`${revision} has no ${at || written}: it permits nothing there`);
      continue;
    }
    if (entry.kind === 'file') policies.add(at);
    const folder = entry.kind === 'file' ? withoutDot(path.posix.dirname(at)) : at;
    const holder = entry.kind === 'file' ? await repository.look(commit, folder) : entry;
    const names = holder ? (await repository.namesIn(holder)).toSorted() : [];
    for (const name of names) {
      if (isTestFileName(name)) tests.add(path.posix.join(folder, name));
      else if (entry.kind === 'folder' && isPolicyFileName(name)) policies.add(path.posix.join(folder, name));
    }
  }
  return {
    name: revision,
    policies: await readTexts(place, [...policies]),
    tests: await readTexts(place, [...tests]),
    notes,
    ...(configuration !== undefined && { configuration }),
  };
}

/** The configuration of the revision as it is written; undefined where it has none, or it cannot be read. */
async function readConfigurationThen({ repository, commit, configName }: RevisionPlace): Promise<unknown> {
  const at = path.posix.join(repository.prefix, configName);
  if (at.startsWith('../')) return undefined;
  const text = (await repository.read(commit, [at])).get(at)?.toString('utf8');
  return text === undefined ? undefined : readConfiguration(text);
}

/** What a configuration says of `policies`; undefined where that cannot be told. */
function placesIn(configuration: unknown): readonly string[] | undefined {
  if (configuration === undefined) return undefined;
  const named = valueAt(configuration, ['policies']);
  if (named === undefined) return [DEFAULT_POLICIES];
  const places = Array.isArray(named) ? named : [named];
  return places.every((one) => typeof one === 'string' && !one.includes('${') && one !== '')
    ? places.map(String)
    : undefined;
}

/** The path from the root of the repository to what the configuration names from its folder. */
function toInRepository({ prefix, root }: Repository, written: string, revision: string): string {
  const from = path.posix.join('/', prefix);
  const at = path.isAbsolute(written)
    ? path.relative(root, written).split(path.sep).join('/')
    : path.posix.join(`.${from}`, written.split(path.sep).join('/'));
  if (at === '..' || at.startsWith('../') || path.isAbsolute(at)) {
    throw new BailiwickError(
      'USAGE',
      `policies: ${written} lies outside of the repository ${root}, so ${revision} does not have it\n  compare folders instead: policy diff old/ new/`,
    );
  }
  return withoutDot(at).replace(/\/$/, '');
}

function withoutDot(at: string): string {
  return at === '.' || at === './' ? '' : at;
}

async function readTexts(
  { repository, revision, commit }: RevisionPlace,
  paths: readonly string[],
): Promise<TextFile[]> {
  const contents = await repository.read(commit, paths);
  return paths.map((at) => {
    const file = `${revision}:${at}`;
    const bytes = contents.get(at);
    if (bytes === undefined) {
      throw new BailiwickError(
        'USAGE',
        `${file} cannot be read: a link that leads nowhere, or out of the repository`,
      );
    }
    if (bytes.length > MAX_FILE_BYTES) {
      throw new BailiwickError('USAGE', `${file} is larger than ${MAX_FILE_BYTES} bytes`);
    }
    const text = toText(bytes);
    if (text === undefined) throw new BailiwickError('USAGE', `${file} is not UTF-8 text`);
    return { file, text };
  });
}
