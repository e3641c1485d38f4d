/** The samplers of OpenTelemetry's specification that need no server. */
export const SAMPLER_NAMES = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type SamplerName = (typeof SAMPLER_NAMES)[number];

/** Which traces are recorded. */
export interface SamplerConfig {
  /** Whether a trace that a caller has begun is recorded if the caller records it. */
  readonly isParentBased: boolean;
  /** The share of the other traces, 0 to 1. */
  readonly ratio: number;
}

/** Where spans are sent, and what they say of this service. */
export interface TracingConfig {
  /** OTLP over HTTP, with protobuf. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For one batch, further attempts included. */
  readonly timeoutMs: number;
  /** Between two batches. */
  readonly delayMs: number;
  /** Spans that wait to be sent; more are dropped. */
  readonly maxQueueSize: number;
  /** Attributes of the resource, `service.name` among them. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: SamplerConfig;
}
