import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { AppLogger } from '../common/app.logger.js';

const CONTEXT = 'Tracing';

/** Passes spans on, and logs the begin and the end of an outage of the collector. Spans that it does not take are lost. */
export class WatchedExporter implements SpanExporter {
  private isFailing = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly logger: AppLogger,
  ) {}

  export(spans: ReadableSpan[], answered: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      this.observe(result);
      answered(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  private observe({ code, error }: ExportResult): void {
    const hasFailed = code !== ExportResultCode.SUCCESS;
    if (hasFailed && !this.isFailing)
      this.logger.warn(`The collector takes no spans, which are lost: ${reasonOf(error)}`, CONTEXT);
    if (!hasFailed && this.isFailing) this.logger.log('The collector takes spans again', CONTEXT);
    this.isFailing = hasFailed;
  }
}

/** The status of an answer, or the code of a network error, and the message. */
function reasonOf(error: unknown): string {
  const { code, message = '' } = Object(error) as { code?: string | number; message?: string };
  if (code !== undefined && !message.includes(String(code))) return `${code} ${message}`.trim();
  return message || 'no reason given';
}
