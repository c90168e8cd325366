import type { Credential } from './credentials.ts';

/** The credentials with the contents of the files that a client certificate names, by their absolute paths. */
export function withFileContents(
  credentials: Readonly<Record<string, Credential>>,
  files: ReadonlyMap<string, string>,
): Record<string, Credential> {
  const read = (path: string): string => {
    const text = files.get(path);
    if (text === undefined) throw new TypeError('a file of a client certificate was not loaded');
    return text;
  };
  return Object.fromEntries(
    Object.entries(credentials).map(([name, credential]) => {
      if (!('certificate' in credential)) return [name, credential];
      const { certificate, key, ca } = credential;
      const authorities = ca === undefined ? {} : { ca: read(ca) };
      return [name, { certificate: read(certificate), key: read(key), ...authorities }];
    }),
  );
}
