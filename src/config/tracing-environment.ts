import { Type } from 'class-transformer';
import {
  IsIn,
  IsNumber,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import { IntegerBetween, IsHttpUrl } from './environment.rules.js';
import { pairsOf } from './pairs.js';
import { SAMPLER_NAMES, type SamplerName } from './tracing-config.js';

/**
 * A variable that counts, and is checked, only while spans are sent: platforms set these variables for services of every kind.
 */
const WhileTracing = (): PropertyDecorator =>
  ValidateIf(
    (environment: TracingEnvironment, value: unknown) => value !== undefined && isTraced(environment),
  );

/** `name=value` with commas between; the characters `,`, `=` and `%` of a value are percent-encoded. */
const ArePairs = (): PropertyDecorator =>
  ValidateBy({
    name: 'arePairs',
    validator: {
      validate: (text: unknown) => pairsOf(String(text)) !== undefined,
      defaultMessage: () => 'must be name=value pairs with commas between, and values percent-encoded',
    },
  });

const IsProtocol = (): PropertyDecorator =>
  IsIn(['http/protobuf'], { message: 'must be http/protobuf: this service sends no other' });

/** The variables of OpenTelemetry that this service reads. They have the names and meanings of its specification. */
export class TracingEnvironment {
  @WhileTracing()
  @IsHttpUrl()
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  @WhileTracing()
  @IsHttpUrl()
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;

  @WhileTracing()
  @ArePairs()
  OTEL_EXPORTER_OTLP_HEADERS?: string;

  @WhileTracing()
  @ArePairs()
  OTEL_EXPORTER_OTLP_TRACES_HEADERS?: string;

  @WhileTracing()
  @IsProtocol()
  OTEL_EXPORTER_OTLP_PROTOCOL?: string;

  @WhileTracing()
  @IsProtocol()
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL?: string;

  /** Milliseconds for one batch, further attempts included. */
  @WhileTracing()
  @IntegerBetween(100, 60_000)
  OTEL_EXPORTER_OTLP_TIMEOUT: number = 10_000;

  @WhileTracing()
  @IsIn(['otlp', 'none'], { message: 'must be otlp or none' })
  OTEL_TRACES_EXPORTER?: string;

  @Matches(/^(true|false)$/i, { message: 'must be true or false' })
  OTEL_SDK_DISABLED: string = 'false';

  /** Absent: `APP_NAME`. */
  @IsOptional()
  @IsString()
  OTEL_SERVICE_NAME?: string;

  @WhileTracing()
  @ArePairs()
  OTEL_RESOURCE_ATTRIBUTES?: string;

  @WhileTracing()
  @IsIn(SAMPLER_NAMES, { message: `must be one of ${SAMPLER_NAMES.join(', ')}` })
  OTEL_TRACES_SAMPLER: SamplerName = 'parentbased_always_on';

  /** The share of new traces that a sampler by ratio records. */
  @WhileTracing()
  @Type(() => Number)
  @IsNumber({}, { message: 'must be a number' })
  @Min(0, { message: 'must be at least 0' })
  @Max(1, { message: 'must be at most 1' })
  OTEL_TRACES_SAMPLER_ARG: number = 1;

  /** Milliseconds between two batches. */
  @WhileTracing()
  @IntegerBetween(10, 60_000)
  OTEL_BSP_SCHEDULE_DELAY: number = 5000;

  /** Spans that wait to be sent; more are dropped. */
  @WhileTracing()
  @IntegerBetween(512, 100_000)
  OTEL_BSP_MAX_QUEUE_SIZE: number = 2048;
}

/** Whether spans are sent: an endpoint is named, and nothing turns it off. */
export function isTraced(environment: TracingEnvironment): boolean {
  const endpoint = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? environment.OTEL_EXPORTER_OTLP_ENDPOINT;
  const isOff =
    environment.OTEL_SDK_DISABLED.toLowerCase() === 'true' || environment.OTEL_TRACES_EXPORTER === 'none';
  return endpoint !== undefined && !isOff;
}
