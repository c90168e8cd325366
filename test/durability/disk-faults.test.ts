import path from 'node:path';
import { expect, test } from 'vitest';
import { verifyDirectory } from '../../src/audit/verify.ts';
import { faultyFileSystem, systemError, type Operation } from '../audit/support.ts';
import { connect, rejection, type AnyClient } from '../support/clients.ts';
import { startApi, startGateway } from '../support/gateway.ts';
import { durabilityFiles, intentsOnDisk, WRITER_KEY } from './notes.ts';

const write = (client: AnyClient, name: string) =>
  client.callTool({ name: 'notes_create_note', arguments: { name } });
const read = (client: AnyClient, name: string) =>
  client.callTool({ name: 'notes_find_notes', arguments: { name } });

/** A gateway on a disk of which `fault` decides. */
async function startOnDisk(apiUrl: string) {
  const disk: { fault: ((operation: Operation) => void | Promise<void>) | undefined } = { fault: undefined };
  const fileSystem = faultyFileSystem({ before: (operation) => disk.fault?.(operation) });
  // Room for the calls that succeed, one at a time: a refused call that kept what it reserved would leave none.
  const gateway = await startGateway(durabilityFiles(apiUrl, { calls: 3, concurrency: 1 }), {}, [], {
    fileSystem,
  });
  return { disk, gateway, audit: path.join(gateway.folder, '.bailiwick/audit') };
}

const FAULTS: Record<string, (operation: Operation) => void> = {
  'a full disk': (operation) => {
    if (operation === 'write') throw systemError('ENOSPC');
  },
  'a broken disk': (operation) => {
    if (operation === 'write') throw systemError('EIO');
  },
  'a disk that does not say that it has written': (operation) => {
    if (operation === 'sync') throw systemError('EIO');
  },
  'a disk that became read-only': () => {
    throw systemError('EROFS');
  },
};

test.each(Object.entries(FAULTS))(
  '%s: calls that need a record are refused and say so, nothing reaches the API, lists go on, and recording resumes by itself',
  async (_name, fault) => {
    await using api = await startApi();
    const { disk, gateway, audit } = await startOnDisk(api.url);
    await using _ = gateway;
    await using client = await connect('v2 modern', gateway.endpoint, WRITER_KEY);
    await write(client, 'before');

    disk.fault = fault;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const refusal = await rejection(write(client, `refused-${attempt}`));
      expect(refusal.message).toContain('audit record');
      expect(refusal.data).toMatchObject({ code: 'RECORD_UNAVAILABLE' });
    }
    // The disk is known to refuse, so reads are refused too.
    expect((await rejection(read(client, 'refused-read'))).data).toMatchObject({
      code: 'RECORD_UNAVAILABLE',
    });
    expect((await client.listTools()).tools).toHaveLength(2);
    expect(api.received).toHaveLength(1);
    expect(gateway.log.filter((line) => line.includes('calls are refused'))).toHaveLength(1);

    disk.fault = undefined;
    const result = await write(client, 'after');
    expect(result.isError ?? false, JSON.stringify(result)).toBe(false);
    expect((await read(client, 'read-after')).isError ?? false).toBe(false);
    expect(api.received).toHaveLength(3);
    await client.close();
    await gateway.close();

    expect([...(await intentsOnDisk(audit)).keys()]).toEqual(['before', 'after', 'read-after']);
    expect(await verifyDirectory(audit)).toMatchObject({ ok: true });
  },
);

test('a write waits for a disk that is slow, and has its intent on it before the API hears of anything', async () => {
  let onDisk: string[] = [];
  let audit = '';
  await using api = await startApi(async (_request, response) => {
    onDisk = [...(await intentsOnDisk(audit)).keys()];
    response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
  });
  const { disk, gateway, ...rest } = await startOnDisk(api.url);
  audit = rest.audit;
  await using _ = gateway;
  await using client = await connect('v2 modern', gateway.endpoint, WRITER_KEY);

  const stuck = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  disk.fault = async (operation) => {
    if (operation !== 'sync') return;
    stuck.resolve();
    await go.promise;
  };
  const slow = write(client, 'slow');
  await stuck.promise;
  expect((await client.listTools()).tools).toHaveLength(2);
  expect(api.received).toEqual([]);
  go.resolve();
  expect((await slow).isError ?? false).toBe(false);
  expect(onDisk).toEqual(['slow']);
});

test('a server that can keep no record from the start does not start', async () => {
  await using api = await startApi();
  const fileSystem = faultyFileSystem({
    before: () => {
      throw systemError('EROFS');
    },
  });
  const refusal = await rejection(startGateway(durabilityFiles(api.url), {}, [], { fileSystem }));
  expect(refusal.code).toBe('RECORD_UNAVAILABLE');
});
