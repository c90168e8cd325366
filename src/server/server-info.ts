import { readFileSync } from 'node:fs';

const packageFile = new URL('../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };

/** Who we say we are, to clients and to upstreams (MCP `Implementation`). */
export const SERVER_INFO = { name: 'bailiwick', title: 'Bailiwick', version };
