// The asking gateway on standard input and output, for a client that starts it.
import { startStdioServer } from '../../src/server/stdio-server.ts';
import { principal } from '../policy/fixtures.ts';
import { createAskingGateway } from './asking-gateway.ts';

const { gateway, logger } = createAskingGateway();
const stdio = startStdioServer({ gateway, principal: principal({ subject: 'dana' }), logger });
await stdio.closed;
gateway.rounds.close();
await stdio.close();
