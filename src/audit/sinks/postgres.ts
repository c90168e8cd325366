import type { Client, ClientConfig } from 'pg';
import { orAborted } from './or-aborted.ts';
import { prepareTable, toTableName } from './postgres-table.ts';
import { toInsert, toParameters } from './postgres-rows.ts';
import type { PostgresSettings } from './settings.ts';
import { SinkFault, type SentRecord, type Sink } from './sink.ts';

/** Writes records into a table of PostgreSQL, one statement for each batch. A record that is there already is left alone. */
export function createPostgresSink(settings: PostgresSettings, { ca }: { ca: string | undefined }): Sink {
  const insert = toInsert(toTableName(settings.table).table);
  let connected: Client | undefined;

  async function connect(signal: AbortSignal): Promise<Client> {
    const { default: pg } = await import('pg');
    const client = new pg.Client(toClientConfig(settings, ca));
    // A connection that breaks while nobody waits for it; what is sent next finds out.
    client.on('error', () => {
      if (connected === client) connected = undefined;
    });
    try {
      await inTime(client.connect(), signal);
      await inTime(prepareTable(client, settings), signal);
    } catch (error) {
      leave(client);
      throw error;
    }
    return client;
  }

  async function run(
    records: readonly SentRecord[],
    withRecord: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const client = (connected ??= await connect(signal));
    try {
      await inTime(client.query(insert, toParameters(records, { withRecord })), signal);
    } catch (error) {
      const fault = toFault(error);
      if (fault.kind === 'retry') {
        connected = undefined;
        leave(client);
      }
      throw fault;
    }
  }

  return {
    async deliver(records, signal) {
      try {
        await run(records, true, signal);
      } catch (error) {
        const fault = toFault(error);
        if (fault.kind === 'retry' || records.length > 1) throw fault;
        // What is too deep or too large for `jsonb` is still a record: its line and its columns are kept.
        await run(records, false, signal);
      }
    },
    async close() {
      const client = connected;
      connected = undefined;
      if (client) leave(client);
    },
  };
}

/** Not waited for: a server that is gone would not answer. */
function leave(client: Client): void {
  client.end().catch(() => {});
}

/** Classes of SQLSTATE that speak of the data: data exception, integrity, program limit exceeded. */
const ABOUT_DATA = /^(?:22|23|54)/;

function toFault(error: unknown): SinkFault {
  if (error instanceof SinkFault) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error && error.message !== '' ? error.message : code || String(error);
  const kind = ABOUT_DATA.test(code) && code.length === 5 ? 'refused' : 'retry';
  return new SinkFault(kind, code === '' ? message : `${message} (${code})`, { cause: error });
}

/** Settings of the connection. TLS is what `tls` says, whatever the URL does. */
export function toClientConfig(settings: PostgresSettings, ca: string | undefined): ClientConfig {
  const { url, tls, timeout } = settings;
  const isSecure = tls === undefined ? !isThisMachine(url) : tls !== false;
  const serverName = typeof tls === 'object' ? tls.serverName : undefined;
  return {
    connectionString: url,
    application_name: 'bailiwick',
    connectionTimeoutMillis: timeout,
    statement_timeout: timeout,
    query_timeout: timeout + 1000,
    keepAlive: true,
    ssl: isSecure && {
      rejectUnauthorized: true,
      ...(ca !== undefined && { ca }),
      ...(serverName !== undefined && { servername: serverName }),
    },
  };
}

/** A socket of this machine, or its loopback interface. A parameter `host` counts before the host of the URL. */
function isThisMachine(url: string): boolean {
  const parameter = /[?&]host=([^&]*)/i.exec(url)?.[1];
  const written = /^[a-z]+:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?]*)/i.exec(url)?.[1] ?? '';
  const host = (parameter ?? written).toLowerCase().replace(/^%2f/, '/');
  return host === '' || host.startsWith('/') || ['localhost', '127.0.0.1', '[::1]'].includes(host);
}

function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return orAborted(work, signal, () => new SinkFault('retry', 'PostgreSQL did not answer before the end'));
}
