import { isJsonObject } from '../../../catalog/json.ts';
import { findProgram } from './find-program.ts';
import type { Isolation, Limits } from './isolation.ts';
import { refuse } from './refusal.ts';
import { runProbe } from './run-probe.ts';

/** What the command line of a container engine reads itself. */
const ENGINE_VARIABLES: readonly string[] = [
  'PATH',
  'HOME',
  'LANG',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_RUNTIME_DIR',
  'CONTAINERS_CONF',
  'CONTAINERS_REGISTRIES_CONF',
  'CONTAINERS_STORAGE_CONF',
  'CONTAINER_CONNECTION',
  'CONTAINER_HOST',
  'DBUS_SESSION_BUS_ADDRESS',
  'DOCKER_CERT_PATH',
  'DOCKER_CONFIG',
  'DOCKER_CONTEXT',
  'DOCKER_HOST',
  'DOCKER_TLS_VERIFY',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
];

/** Docker or Podman, seen to work. */
export interface ContainerEngine {
  readonly kind: 'docker' | 'podman';
  readonly program: string;
  /** Options before each subcommand. */
  readonly options: readonly string[];
  /** The environment of the command line itself. */
  readonly environment: Readonly<Record<string, string>>;
}

type ContainerIsolation = Extract<Isolation, { level: 'container' }>;

/** @throws BailiwickError where there is no engine, it does not answer, or it cannot keep a limit */
export async function findEngine(source: string, isolation: ContainerIsolation): Promise<ContainerEngine> {
  const kinds = isolation.runtime ? [isolation.runtime] : (['podman', 'docker'] as const);
  for (const kind of kinds) {
    const program = await findProgram(kind, process.env['PATH']);
    if (program === undefined) continue;
    const environment = engineEnvironment(process.env);
    const engine = { kind, program, options: isolation.runtimeOptions, environment };
    await checkEngine(source, engine, isolation.limits);
    return engine;
  }
  throw refuse(
    source,
    `there is no ${kinds.join(' and no ')} on this machine`,
    'install one (Debian, Ubuntu: apt-get install podman), or set another `isolation`',
  );
}

function engineEnvironment(parent: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    ENGINE_VARIABLES.flatMap((name) => {
      const value = parent[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function checkEngine(source: string, engine: ContainerEngine, limits: Limits): Promise<void> {
  const { kind, program, options, environment } = engine;
  const probe = await runProbe(program, [...options, 'info', '--format', '{{json .}}'], environment);
  const facts = probe.ok ? parseFacts(probe.output) : undefined;
  const complaint = daemonComplaint(facts);
  if (!facts || complaint !== undefined) {
    throw refuse(
      source,
      `${kind} does not work here (${complaint ?? (probe.reason || 'it says nothing about itself')})`,
      `see what \`${kind} info\` says`,
    );
  }
  const lacking = lackingLimits(kind, facts, limits);
  if (lacking.length === 0) return;
  throw refuse(
    source,
    `${kind} cannot keep ${lacking.map((each) => `\`limits.${each}\``).join(', ')} here`,
    kind === 'podman'
      ? 'run it as root, or delegate the cgroup controllers to this user (systemd: Delegate=yes)'
      : 'mount the cgroup controllers that it asks for',
  );
}

function parseFacts(text: string): Record<string, unknown> | undefined {
  try {
    const facts: unknown = JSON.parse(text);
    return isJsonObject(facts) ? facts : undefined;
  } catch {
    return undefined;
  }
}

/** Docker's client answers without its daemon, too. */
function daemonComplaint(facts: Record<string, unknown> | undefined): string | undefined {
  const errors = facts?.['ServerErrors'];
  return Array.isArray(errors) && errors.length > 0 ? String(errors[0]).slice(0, 300) : undefined;
}

/** Limits that the engine would leave out, with no more than a warning. */
function lackingLimits(
  kind: ContainerEngine['kind'],
  facts: Record<string, unknown>,
  limits: Limits,
): string[] {
  const wanted = (['memory', 'processes', 'cpus'] as const).filter((name) => limits[name] !== undefined);
  if (kind === 'docker') {
    const keys = { memory: 'MemoryLimit', processes: 'PidsLimit', cpus: 'CpuCfsQuota' };
    return wanted.filter((name) => facts[keys[name]] !== true);
  }
  const host = isJsonObject(facts['host']) ? facts['host'] : {};
  const security = isJsonObject(host['security']) ? host['security'] : {};
  if (security['rootless'] !== true) return [];
  const controllers = host['cgroupVersion'] === 'v2' ? host['cgroupControllers'] : [];
  const keys = { memory: 'memory', processes: 'pids', cpus: 'cpu' };
  return wanted.filter((name) => !Array.isArray(controllers) || !controllers.includes(keys[name]));
}
