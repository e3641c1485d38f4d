import 'reflect-metadata';
import { problemsOfConfiguration } from '../../test/support/problems-of-configuration.js';
import { loadConfig } from './load-config.js';
import type { TracingConfig } from './tracing-config.js';

const SECRET = 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu';
const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

const load = (variables: Record<string, string>): TracingConfig | undefined =>
  loadConfig({ JWT_SECRET: SECRET, ...variables }).tracing;
const traced = (variables: Record<string, string> = {}) => load({ ...ENDPOINT, ...variables });

describe('loadTracing', () => {
  it('turns tracing off without an endpoint, and when a variable says so', () => {
    expect(load({})).toBeUndefined();
    expect(load({ OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_TRACES_SAMPLER: 'always_on' })).toBeUndefined();
    expect(traced({ OTEL_SDK_DISABLED: 'TRUE' })).toBeUndefined();
    expect(traced({ OTEL_TRACES_EXPORTER: 'none' })).toBeUndefined();
    expect(traced({ OTEL_SDK_DISABLED: 'false', OTEL_TRACES_EXPORTER: 'otlp' })).toBeDefined();
  });

  it("has the defaults of OpenTelemetry's specification, and the name of the application", () =>
    expect(traced({ APP_NAME: 'accounts' })).toEqual({
      url: 'http://collector:4318/v1/traces',
      headers: {},
      timeoutMs: 10_000,
      delayMs: 5000,
      maxQueueSize: 2048,
      resource: { 'service.name': 'accounts', 'service.version': expect.stringMatching(/^\d+\./) },
      sampler: { isParentBased: true, ratio: 1 },
    }));

  it('appends the path of traces to the endpoint of all signals, and not to that of traces', () => {
    expect(load({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otlp/' })?.url).toBe('https://c/otlp/v1/traces');
    expect(traced({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://c/in' })?.url).toBe('https://c/in');
  });

  it('decodes headers and attributes, and lets the more specific one win', () => {
    const config = traced({
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a%2Cb, tenant=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'tenant=2',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment.name=test',
      OTEL_SERVICE_NAME: 'auth',
    });
    expect(config?.headers).toEqual({ authorization: 'Bearer a,b', tenant: '2' });
    expect(config?.resource).toMatchObject({ 'service.name': 'auth', 'deployment.environment.name': 'test' });
  });

  it.each([
    ['always_on', { isParentBased: false, ratio: 1 }],
    ['always_off', { isParentBased: false, ratio: 0 }],
    ['traceidratio', { isParentBased: false, ratio: 0.25 }],
    ['parentbased_always_on', { isParentBased: true, ratio: 1 }],
    ['parentbased_always_off', { isParentBased: true, ratio: 0 }],
    ['parentbased_traceidratio', { isParentBased: true, ratio: 0.25 }],
  ])('reads the sampler %s', (name, sampler) => {
    const config = traced({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: '0.25' });
    expect(config?.sampler).toEqual(sampler);
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 's3cret:4317'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:s3cret@collector:4318'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'grpc://s3cret'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 's3cret'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=b,=s3cret'],
    ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'a=s3cret%'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/json'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '10s'],
    ['OTEL_TRACES_EXPORTER', 'console'],
    ['OTEL_SDK_DISABLED', '1'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=b=s3cret'],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_TRACES_SAMPLER_ARG', 'half'],
    ['OTEL_BSP_SCHEDULE_DELAY', '0'],
    ['OTEL_BSP_MAX_QUEUE_SIZE', '1'],
  ])('refuses %s=%s, by name and without the value', (name, value) => {
    const [problem, ...others] = problemsOfConfiguration({ JWT_SECRET: SECRET, ...ENDPOINT, [name]: value });
    expect(others).toEqual([]);
    expect(problem).toMatch(new RegExp(`^${name} must be`));
    expect(problem).not.toContain('s3cret');
  });

  it('ignores what a platform sets for other services while nothing is traced', () => {
    const others = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_SAMPLER: 'xray' };
    expect(problemsOfConfiguration({ JWT_SECRET: SECRET, ...others })).toEqual([]);
  });
});
