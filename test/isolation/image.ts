import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Options of Podman that work on a machine without systemd, and as root without nested storage. */
export const RUNTIME_OPTIONS: string[] = [
  '--runtime',
  'runc',
  '--cgroup-manager',
  'cgroupfs',
  '--storage-driver',
  'vfs',
];
export const RUN_OPTIONS: string[] = ['--ulimit', 'nproc=4096:4096', '--ulimit', 'nofile=4096:4096'];

const PROGRAMS = ['sh', 'cat', 'grep', 'sleep', 'unshare', 'mount', 'true'];

export function podman(...args: string[]): string {
  const { stdout, stderr, status } = spawnSync('podman', [...RUNTIME_OPTIONS, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`podman ${args[0]}: ${stderr}`);
  return stdout.trim();
}

/** An image of this machine's Node with a shell, made without a registry. @returns its id, `sha256:…` */
export function createImage(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'bailiwick-image-'));
  try {
    const root = path.join(folder, 'root');
    for (const name of ['usr/bin', 'tmp', 'proc', 'sys', 'dev', 'run', 'etc', 'var'])
      mkdirSync(path.join(root, name), { recursive: true });
    for (const name of ['bin', 'lib', 'lib64']) {
      mkdirSync(path.join(root, 'usr', name), { recursive: true });
      symlinkSync(`usr/${name}`, path.join(root, name));
    }
    const files = [['node', process.execPath], ...PROGRAMS.map((name) => [name, which(name)])];
    for (const [name = '', from = ''] of files) {
      copyFileSync(from, path.join(root, 'usr/bin', name));
      for (const library of librariesOf(from)) copyLibrary(library, root);
    }
    writeFileSync(path.join(root, 'etc/passwd'), 'root:x:0:0::/tmp:/bin/sh\n');
    const archive = path.join(folder, 'root.tar');
    spawnSync('tar', ['-C', root, '-cf', archive, '.']);
    const id = podman('import', archive, 'bailiwick-isolation-test:latest').split('\n').at(-1) ?? '';
    return id.startsWith('sha256:') ? id : `sha256:${id}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function which(program: string): string {
  return spawnSync('which', [program], { encoding: 'utf8' }).stdout.trim();
}

function librariesOf(program: string): string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].flatMap(([, file]) => file ?? []);
}

function copyLibrary(file: string, root: string): void {
  // `/lib` and the like are links into `/usr`, as on this machine or not.
  const at = path.join(root, file.replace(/^\/(lib(?:64)?)\//, '/usr/$1/'));
  if (existsSync(at)) return;
  mkdirSync(path.dirname(at), { recursive: true });
  copyFileSync(file, at);
}
