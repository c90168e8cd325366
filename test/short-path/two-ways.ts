import { loadConfig } from '../../src/config/load.ts';
import { startHttpServer } from '../../src/server/http-server.ts';
import { notesFiles, startApi, startGateway } from '../support/gateway.ts';

/** A gateway behind two servers: `whole` answers every request through express and the SDK. */
export async function startTwoWays() {
  const api = await startApi();
  const gateway = await startGateway(notesFiles(api.url));
  const { server } = (await loadConfig(`${gateway.folder}/bailiwick.yaml`, {})).config;
  const whole = await startHttpServer({
    settings: { ...server, listen: '127.0.0.1:0' },
    gateway: gateway.app.gateway,
    identity: gateway.app.identity,
    isReady: () => true,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    withoutShortPath: true,
  });
  return {
    api,
    short: gateway.url,
    whole: whole.url,
    async [Symbol.asyncDispose]() {
      await whole.close();
      await gateway[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}
