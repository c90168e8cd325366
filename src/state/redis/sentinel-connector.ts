import { SentinelConnector, type Redis, type SentinelConnectionOptions } from 'ioredis';

/** What the client makes its connections to sentinels with; private in its types. */
interface ConnectsToSentinels {
  connectToSentinel(...parameters: unknown[]): Redis;
}

/**
 * The client's own way through Sentinel, but for one thing: nobody hears the errors of the connections on which it waits for news
 * of a failover, so it would write each of them to standard error. A sentinel that is away is tried again; that is all.
 */
export class QuietSentinelConnector extends SentinelConnector {
  constructor(options: unknown) {
    super(options as SentinelConnectionOptions);
    const connector = this as unknown as ConnectsToSentinels;
    const connect = connector.connectToSentinel.bind(this);
    connector.connectToSentinel = (...parameters) => connect(...parameters).on('error', () => undefined);
  }
}
