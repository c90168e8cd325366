import path from 'node:path';

/** What a child inherits: enough to find programs, a home and a language; never a credential. */
const INHERITED: readonly string[] =
  process.platform === 'win32'
    ? [
        'APPDATA',
        'COMSPEC',
        'HOMEDRIVE',
        'HOMEPATH',
        'LOCALAPPDATA',
        'PATH',
        'PATHEXT',
        'PROCESSOR_ARCHITECTURE',
        'PROGRAMDATA',
        'PROGRAMFILES',
        'PROGRAMFILES(X86)',
        'PROGRAMW6432',
        'SYSTEMDRIVE',
        'SYSTEMROOT',
        'TEMP',
        'TMP',
        'USERPROFILE',
        'WINDIR',
      ]
    : ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TERM'];

/**
 * The environment of a child process: an allow-list of the parent's, then what is configured for it.
 *
 * The folder of the Node that runs Bailiwick comes first on `PATH`, so that `node` and `npx` mean that one, also where a
 * desktop client started us with a `PATH` that has none.
 */
export function toChildEnvironment(
  configured: Readonly<Record<string, string>>,
  parent: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = parent[name];
    // Exported shell functions are code, not settings.
    if (value !== undefined && !value.startsWith('()')) environment[name] = value;
  }
  const programs = path.dirname(process.execPath);
  environment['PATH'] =
    environment['PATH'] === undefined ? programs : `${programs}${path.delimiter}${environment['PATH']}`;
  return { ...environment, ...configured };
}
