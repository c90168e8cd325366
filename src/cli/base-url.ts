import { parseListen, type ServerSettings } from '../server/settings.ts';

/**
 * Where callers find the server: `https://tools.example.com`, without a slash at its end. Tokens are made for that, so all
 * commands have to say the same.
 *
 * @param listener The URL of the listener; absent: as it would be.
 */
export function baseUrlOf(
  server: Pick<ServerSettings, 'listen' | 'publicUrl' | 'tls'>,
  listener = listenerUrlOf(server),
): string {
  return (server.publicUrl ?? toLocalUrl(listener)).replace(/\/$/, '');
}

function listenerUrlOf({ listen, tls }: Pick<ServerSettings, 'listen' | 'tls'>): string {
  const { host, port } = parseListen(listen) ?? { host: '', port: 0 };
  return `http${tls ? 's' : ''}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** A server that listens on every address is reached under a name; of its names it surely has this one. */
function toLocalUrl(url: string): string {
  return url.replace(/\/\/(0\.0\.0\.0|\[::\]):/, '//localhost:');
}
