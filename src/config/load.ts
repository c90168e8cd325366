import path from 'node:path';
import { inspect } from 'node:util';
import { type Path, toPointer } from '../text/pointer.ts';
import { readYaml, type YamlDocument, type YamlRules } from '../text/yaml.ts';
import { ConfigurationError, type Problem } from './configuration-error.ts';
import { type Explanation, explainIssue } from './explain-issue.ts';
import { explainYaml } from './explain-yaml.ts';
import { digestOfBytes, digestOfInputs, type Inputs } from './inputs.ts';
import { makePathsAbsolute } from './paths.ts';
import { InputReader, toText } from './read-inputs.ts';
import { type LockFile, readLock } from './read-lock.ts';
import { type DocumentBundle, digestsOfFetched } from './read-documents.ts';
import { readReferenced } from './read-referenced.ts';
import type { ToolFile } from './read-tool-files.ts';
import { redacted } from './redacted.ts';
import { Config } from './schema.ts';
import type { TextFile } from './text-file.ts';
import { type Resolved, resolveSecrets } from './secrets.ts';

/** The largest configuration file, in bytes. */
const MAX_CONFIG_BYTES = 1_048_576;

/** More problems than anybody reads at once. */
const MAX_PROBLEMS = 50;

const YAML: YamlRules = {
  maxLength: MAX_CONFIG_BYTES,
  // Deeper than any setting; what is deeper is an accident or an attack.
  maxDepth: 64,
  maxValues: 50_000,
  maxFlaws: MAX_PROBLEMS,
  exact: false,
};

/** A configuration with everything that it refers to. Logging it, or its `config`, prints the redacted view. */
export interface LoadedConfig {
  /** Absolute. */
  readonly file: string;
  /** Every path absolute, every `${…}` resolved: it holds secrets. */
  readonly config: Config;
  /** OpenAPI documents by source, with the documents and overlays that belong to them. */
  readonly documents: ReadonlyMap<string, DocumentBundle>;
  /** Every policy file once, in the order in which `policies` names them, by name inside a folder. */
  readonly policyFiles: readonly TextFile[];
  /** Those that `shadow.policies` names. */
  readonly shadowFiles: readonly TextFile[];
  /** Files of hints, in the order in which `search.hints` names them, by name inside a folder. */
  readonly hintFiles: readonly TextFile[];
  /** Files of local tools by source. */
  readonly toolFiles: ReadonlyMap<string, readonly ToolFile[]>;
  readonly lock: LockFile;
  /** Contents of certificates and keys of sources, by absolute path: secrets. */
  readonly tlsFiles: ReadonlyMap<string, string>;
  /** Every file and folder that was read: what to watch. */
  readonly inputs: Inputs;
  /** Digest of everything that was read, secrets included. `sha256:<64 hex digits>`. */
  readonly digest: string;
  /** Resolved values of secrets, longest first, for redaction. */
  readonly secrets: readonly string[];
  /** Texts that hold a secret, by JSON pointer, as they were written. */
  readonly written: ReadonlyMap<string, string>;
}

/**
 * Reads and checks a configuration and all that it refers to.
 *
 * @param file The configuration file; problems name it as it is given here.
 * @param environment What `${env:NAME}` reads.
 * @throws ConfigurationError with every problem that was found. No message holds the value of a secret.
 */
export async function loadConfig(file: string, environment: NodeJS.ProcessEnv): Promise<LoadedConfig> {
  const absolute = path.resolve(file);
  const folder = path.dirname(absolute);
  const reader = new InputReader();
  const text = await readConfigFile(file, absolute, reader);
  const document = readYaml(text, YAML);
  const toProblem = problemMaker(file, document);
  if (document.problems.length > 0) {
    const problems = document.problems.map((problem) => {
      const { path: at, line, column } = problem;
      return { file, line, column, pointer: toPointer(at), ...explainYaml(problem) };
    });
    throw new ConfigurationError(problems, reader.inputs);
  }

  const resolved = await resolveSecrets(document.value ?? {}, { environment, reader, folder });
  const failed = new Set(resolved.problems.map((problem) => toPointer(problem.path)));
  const parsed = Config.safeParse(resolved.value);
  const referenced = await readReferenced(resolved.value, { reader, folder, skip: failed });
  const locked = await readLock(resolved.value, { reader, folder, skip: failed });
  const problems = [
    ...resolved.problems.map((problem) => toProblem({ ...problem, at: 'value' })),
    ...(parsed.success ? [] : explainAll(parsed.error.issues, resolved, failed).map(toProblem)),
    ...[...referenced.problems, ...locked.problems].map((problem) => toProblem({ ...problem, at: 'value' })),
  ];
  if (!parsed.success || problems.length > 0) {
    const ordered = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
    throw new ConfigurationError(ordered.slice(0, MAX_PROBLEMS), reader.inputs);
  }

  const config = toConfig(parsed.data, folder);
  const values = [
    ...[...resolved.environment].map(([name, value]) => [name, digestOfBytes(value)] as const),
    ...digestsOfFetched(referenced.documents),
  ];
  const loaded: LoadedConfig = {
    file: absolute,
    config,
    documents: referenced.documents,
    policyFiles: referenced.policyFiles,
    shadowFiles: referenced.shadowFiles,
    hintFiles: referenced.hintFiles,
    tlsFiles: referenced.tlsFiles,
    toolFiles: referenced.toolFiles,
    lock: locked.lock,
    inputs: reader.inputs,
    digest: digestOfInputs(reader.inputs, folder, values),
    secrets: resolved.secrets,
    written: resolved.written,
  };
  const view = (): unknown => redacted(loaded);
  printAs(config, view);
  return printAs(loaded, () => ({ file: absolute, digest: loaded.digest, config: view() }));
}

/** Every path absolute, and each program started in a folder: the configuration's own unless it says otherwise. */
function toConfig(parsed: Config, folder: string): Config {
  // Parsed again: by now defaults are values like any other, and paths need no base.
  const config = Config.parse(makePathsAbsolute(parsed, folder));
  for (const source of Object.values(config.sources)) {
    if ('mcp' in source && 'command' in source.mcp) source.mcp.cwd ??= folder;
  }
  return config;
}

async function readConfigFile(file: string, absolute: string, reader: InputReader): Promise<string> {
  const read = await reader.file(absolute, MAX_CONFIG_BYTES);
  const text = read.ok ? toText(read.bytes) : undefined;
  if (text !== undefined) return text;
  const reason = read.ok ? 'is not UTF-8 text' : read.reason;
  const hint = !read.ok && read.absent ? 'name another one with --config' : undefined;
  throw new ConfigurationError(
    [
      {
        file,
        line: 1,
        column: 1,
        pointer: '',
        message: `the configuration file ${reason}`,
        ...(hint ? { hint } : {}),
      },
    ],
    reader.inputs,
  );
}

/** The schema's issues in words, without those that only follow from a reference that could not be resolved. */
function explainAll(
  issues: readonly Parameters<typeof explainIssue>[0][],
  resolved: Resolved,
  failed: ReadonlySet<string>,
): Explanation[] {
  const isReference = (at: Path): boolean => {
    const pointer = toPointer(at);
    return [...resolved.written.keys()].some((known) => known === pointer || known.startsWith(`${pointer}/`));
  };
  return issues
    .slice(0, MAX_PROBLEMS)
    .flatMap((issue) => explainIssue(issue, { schema: Config, input: resolved.value, isReference }))
    .filter((explanation) => !failed.has(toPointer(explanation.path)))
    .map((explanation) => ({ ...explanation, message: scrub(explanation.message, resolved.secrets) }));
}

/** A second line of defence: explanations quote no secret, and where one slipped in after all it goes. */
function scrub(message: string, secrets: readonly string[]): string {
  let clean = message;
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, '***');
  return clean;
}

function problemMaker(file: string, document: YamlDocument): (explanation: Explanation) => Problem {
  return ({ path: at, at: part, message, hint }) => ({
    file,
    ...document.positionOf(at, part),
    pointer: toPointer(at),
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Makes loggers and `console.log` print the view instead of the object; members stay as they are. */
function printAs<T extends object>(object: T, view: () => unknown): T {
  Object.defineProperty(object, 'toJSON', { value: view, enumerable: false });
  Object.defineProperty(object, inspect.custom, { value: view, enumerable: false });
  return object;
}
