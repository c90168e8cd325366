import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { isWithin, toReal } from './shared-folders.ts';

/** One mount of a sandbox, as an option of bubblewrap. */
export interface Mount {
  readonly option: '--ro-bind' | '--bind' | '--symlink' | '--tmpfs';
  /** What is mounted, or where a link points. */
  readonly from: string;
  readonly at: string;
}

/** Programs and libraries of the system. */
const PROGRAMS: readonly string[] = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/nix/store',
  '/gnu/store',
  '/run/current-system',
];

/** What programs need to know of the system. Nothing in it is a secret: `/etc/ssl/private` and the like stay away. */
const FACTS: readonly string[] = [
  '/etc/alternatives',
  '/etc/ca-certificates',
  '/etc/crypto-policies',
  '/etc/fonts',
  '/etc/gai.conf',
  '/etc/group',
  '/etc/host.conf',
  '/etc/hosts',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/mime.types',
  '/etc/nsswitch.conf',
  '/etc/os-release',
  '/etc/passwd',
  '/etc/pki/ca-trust/extracted',
  '/etc/pki/tls/certs',
  '/etc/protocols',
  '/etc/resolv.conf',
  '/etc/services',
  '/etc/ssl/cert.pem',
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
];

/** What of this machine every sandboxed program sees: the system's programs and the Node that runs Bailiwick, to read. */
export async function viewOfHost(hidden: readonly string[]): Promise<Mount[]> {
  const system = await Promise.all([...PROGRAMS, ...FACTS].map(toMount));
  const mounts = system.flatMap((mount) => mount ?? []);
  const masks = await Promise.all(hidden.map((each) => toMask(each, mounts)));
  return [...mounts, ...masks.flat(), ...(await nodeMounts())];
}

async function toMount(at: string): Promise<Mount | undefined> {
  const status = await lstat(at).catch(() => undefined);
  if (!status) return undefined;
  // A merged `/bin` stays a link; a file of `/etc` may lead to where nothing is mounted.
  if (status.isSymbolicLink() && !at.startsWith('/etc/')) {
    return { option: '--symlink', from: await readlink(at), at };
  }
  const from = await realpath(at).catch(() => undefined);
  return from === undefined ? undefined : { option: '--ro-bind', from, at };
}

/** Covers what must not be seen where a mounted folder holds it. */
async function toMask(hidden: string, mounts: readonly Mount[]): Promise<Mount[]> {
  const real = await toReal(hidden);
  const status = await stat(real).catch(() => undefined);
  const isSeen = mounts.some(({ option, from }) => option === '--ro-bind' && isWithin(real, from));
  if (!status || !isSeen) return [];
  return status.isDirectory()
    ? [{ option: '--tmpfs', from: '', at: real }]
    : [{ option: '--ro-bind', from: '/dev/null', at: real }];
}

/** The Node that runs Bailiwick, with its npm. Nothing else of the folder that it is installed in, which may be a home. */
async function nodeMounts(): Promise<Mount[]> {
  const programs = path.dirname(process.execPath);
  const modules = path.join(programs, '../lib/node_modules');
  const hasModules = await stat(modules).then(
    (status) => status.isDirectory(),
    () => false,
  );
  return [programs, ...(hasModules ? [modules] : [])]
    .filter((at) => !isWithin(at, '/usr'))
    .map((at) => ({ option: '--ro-bind', from: at, at }));
}
