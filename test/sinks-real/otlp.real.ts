import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createOtlpSink } from '../../src/audit/sinks/otlp.ts';
import { intent, keptLog } from '../audit/support.ts';
import { sent, toSettings } from '../sinks/support.ts';
import { freePort } from '../support/child-process.ts';

/** A collector with the receiver `otlp` and the exporter `debug`, as every distribution of it has them. */
const COLLECTOR = process.env['OTEL_COLLECTOR'];

test.skipIf(COLLECTOR === undefined)(
  'an OpenTelemetry collector takes the log records for what they are',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bailiwick-collector-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const port = await freePort();
    writeFileSync(
      path.join(folder, 'config.yaml'),
      `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
exporters: { debug: { verbosity: detailed } }
service: { telemetry: { metrics: { level: none } }, pipelines: { logs: { receivers: [otlp], exporters: [debug] } } }
`,
    );
    const collector = spawn(COLLECTOR!, ['--config', path.join(folder, 'config.yaml')]);
    onTestFinished(() => void collector.kill());
    let output = '';
    for (const stream of [collector.stdout, collector.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    await expect.poll(() => output, { timeout: 20_000 }).toContain('Everything is ready');

    const { otlp } = toSettings({ stdout: undefined, otlp: { url: `http://127.0.0.1:${port}` } });
    const logger = keptLog();
    const sink = createOtlpSink(otlp!, { ca: undefined, logger, now: Date.now });
    onTestFinished(() => sink.close());
    const via = {
      face: 'http',
      trace: '0af7651916cd43dd8448eb211c80319c',
      span: 'b7ad6b7169203331',
    } as const;
    const records = sent([
      intent('größe \0', {
        via,
        cost: { nanoUsd: 9_007_199_254_740_991 },
        result: { status: 'upstream-error', ms: 1.5 },
      }),
      { type: 'config' },
    ]);
    await sink.deliver(records, new AbortController().signal);
    await expect.poll(() => output, { timeout: 20_000 }).toContain('LogRecord #1');
    for (const line of [
      'service.name: Str(bailiwick)',
      'InstrumentationScope bailiwick.audit',
      'SeverityNumber: Error(17)',
      'EventName: bailiwick.call.intent',
      `Body: Str(${records[0]!.line})`,
      'bailiwick.cost.nano_usd: Int(9007199254740991)',
      'bailiwick.result.duration_ms: Double(1.5)',
      'user.roles: Slice(["ops"])',
      `Trace ID: ${via.trace}`,
      `Span ID: ${via.span}`,
    ]) {
      expect(output).toContain(line);
    }
    expect(logger.messages).toEqual([]);
  },
);
