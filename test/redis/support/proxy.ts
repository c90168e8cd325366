import { connect, createServer, type Socket } from 'node:net';

/** What the network between gateway and Redis does. */
export interface Proxy {
  readonly port: number;
  /** Both ways go through. */
  heal(): void;
  /** Requests arrive, answers are lost; connections look alive. */
  loseAnswers(): void;
  /** Nothing goes through, connections look alive. */
  stall(): void;
  /** Answers take this long. */
  delayAnswers(ms: number): void;
  /** Breaks the connections there are. */
  reset(): void;
  /** Calls back once, when the next request has reached Redis and its answer arrives; that answer is lost and its connection breaks. */
  loseNextAnswer(matching: string): void;
  close(): Promise<void>;
}

export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let passesRequests = true;
  let passesAnswers = true;
  let delayMs = 0;
  let doomed: string | undefined;

  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    let losesAnswer = false;
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (data) => {
      if (doomed !== undefined && data.includes(doomed)) {
        doomed = undefined;
        losesAnswer = true;
      }
      if (passesRequests) far.write(data);
    });
    far.on('data', (data) => {
      if (losesAnswer) {
        near.resetAndDestroy();
        return;
      }
      if (!passesAnswers) return;
      if (delayMs === 0) near.write(data);
      else setTimeout(() => near.writable && near.write(data), delayMs);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const set = (requests: boolean, answers: boolean, ms = 0): void => {
    passesRequests = requests;
    passesAnswers = answers;
    delayMs = ms;
  };
  const reset = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    heal: () => set(true, true),
    loseAnswers: () => set(true, false),
    stall: () => set(false, false),
    delayAnswers: (ms) => set(true, true, ms),
    reset,
    loseNextAnswer(matching) {
      doomed = matching;
    },
    async close() {
      reset();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
