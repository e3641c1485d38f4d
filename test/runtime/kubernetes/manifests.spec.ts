import 'reflect-metadata';
import { getMetadataStorage } from 'class-validator';
import { loadConfig } from '../../../src/config/load-config.js';
import { ConfigurationError } from '../../../src/config/configuration.error.js';
import { Environment } from '../../../src/config/environment.js';
import type { SmtpConfig } from '../../../src/config/mail-transport.js';
import {
  composeExample,
  environmentOf,
  exampleSecrets,
  filesOf,
  find,
  placeFiles,
  workloads,
  type Manifest,
} from '../../support/kubernetes.js';
import { schemaObjections, unknownMembers } from './schemas.js';

describe('the Kubernetes example, composed by kustomize', () => {
  let manifests: Manifest[];
  beforeAll(async () => (manifests = await composeExample()), 300_000);
  const podLabels = () => workloads(manifests).map(({ template }) => template.metadata.labels);
  const isSelected =
    (selector: Record<string, string>) =>
    (labels: Record<string, string> = {}) =>
      Object.entries(selector).every(([name, value]) => labels[name] === value);

  it('has every kind that a deployment needs', () =>
    expect(new Set(manifests.map(({ kind }) => kind))).toEqual(
      new Set([
        ...['Namespace', 'ConfigMap', 'Secret', 'Service', 'Deployment', 'Job'],
        ...['HorizontalPodAutoscaler', 'PodDisruptionBudget', 'NetworkPolicy'],
      ]),
    ));

  it('follows the schemas of Kubernetes 1.36, and has no other members', async () => {
    await expect(schemaObjections(manifests)).resolves.toEqual([]);
    await expect(unknownMembers(manifests)).resolves.toEqual([]);
  }, 120_000);

  it('violates the schemas once a mistake is put in', async () => {
    const broken = structuredClone(find(manifests, 'Deployment'));
    const [container] = broken.spec!.template!.spec.containers;
    Object.assign(container!, { livenesProbe: {}, resources: { limits: { memory: '512 MB' } } });
    const [objection] = await schemaObjections([broken]);
    expect(objection).toMatch(/memory must match format "quantity"/);
    const [unknown] = await unknownMembers([broken]);
    expect(unknown).toMatch(/livenesProbe.* does not exist/);
  }, 120_000);

  it('gives Pods variables that the service reads, and no other', () => {
    const known = getMetadataStorage()
      .getTargetValidationMetadatas(Environment, '', false, false)
      .map(({ propertyName }) => propertyName);
    expect(known).toContain('DATABASE_URL');
    for (const { container } of workloads(manifests)) {
      const variables = Object.keys(environmentOf(container, manifests));
      expect(variables).toContain('PORT');
      expect(variables.filter((name) => !known.includes(name))).toEqual([]);
    }
  });

  it('starts with secrets of your own, and not with those of the example', async () => {
    const { container, template } = workloads(manifests)[0]!;
    const variables = environmentOf(container, manifests);
    const files = filesOf(template, manifests);
    const named = Object.entries(variables).filter(([name]) => name.endsWith('_FILE'));
    expect(named.map(([, path]) => path).sort()).toEqual(Object.keys(files).sort());
    const { JWT_SECRET_FILE = '', ...others } = variables;
    expect(files[JWT_SECRET_FILE]).toBe((await exampleSecrets())['JWT_SECRET']);
    const here = await placeFiles(variables, files);
    expect(() => loadConfig(here)).toThrow(ConfigurationError);
    const JWT_SECRET = 'zYxW9-only-in-this-test-vUtSrQpO8n7m6';
    expect(loadConfig({ ...(await placeFiles(others, files)), JWT_SECRET })).toMatchObject({
      environment: 'production',
      tokens: { signingKeys: [{ algorithm: 'ES256' }] },
      issuerUrl: 'https://auth.example.org',
      http: { host: '0.0.0.0', trustedProxies: 1 },
    });
  });

  it('sends mail by the server of its secret, and none without the three lines of mail', async () => {
    const { container, template } = workloads(manifests)[0]!;
    const { JWT_SECRET_FILE: _, ...named } = environmentOf(container, manifests);
    const here = await placeFiles(named, filesOf(template, manifests));
    const own = { ...here, JWT_SECRET: 'zYxW9-only-in-this-test-vUtSrQpO8n7m6' };
    const { mail } = loadConfig(own);
    expect(mail.from).toBe('Example <no-reply@example.org>');
    expect(mail.publicUrl).toBe('https://app.example.org');
    const { login, ...server } = (mail.transport as SmtpConfig).current();
    expect(server).toEqual({ host: 'mail.example.org', port: 587, security: 'starttls' });
    expect(login?.pass).toBe('change-me');
    const { SMTP_URL_FILE, MAIL_FROM, PUBLIC_URL, ...others } = own as Record<string, string>;
    expect([SMTP_URL_FILE, MAIL_FROM, PUBLIC_URL]).not.toContain(undefined);
    expect(loadConfig(others).mail.transport).toBeUndefined();
  });

  it('opens the ports on which the service listens, by name', () => {
    const { container } = workloads(manifests)[0]!;
    const { PORT, MANAGEMENT_PORT } = environmentOf(container, manifests);
    expect(container.ports).toEqual([
      { name: 'http', containerPort: Number(PORT) },
      { name: 'management', containerPort: Number(MANAGEMENT_PORT) },
    ]);
    const names = container.ports!.map(({ name }) => name);
    const { startupProbe, livenessProbe, readinessProbe } = container;
    const rules = find(manifests, 'NetworkPolicy', 'ergodrive-server').spec!.ingress!;
    const services = manifests.filter(({ kind }) => kind === 'Service');
    const used = [
      ...services.flatMap(({ spec }) => spec!.ports!.map(({ targetPort }) => targetPort)),
      ...[startupProbe, livenessProbe, readinessProbe].map((probe) => probe!.httpGet.port),
      ...rules.flatMap((rule) => rule.ports.map(({ port }) => port)),
    ];
    expect(used).toHaveLength(7);
    for (const port of used) expect(names).toContain(port);
  });

  it('selects Pods that exist, and no Pod of its own as the peer of a network policy', () => {
    const own = manifests.flatMap(({ kind, spec = {} }) => {
      const selector = kind === 'Service' ? spec.selector : (spec.selector ?? spec.podSelector)?.matchLabels;
      return selector === undefined ? [] : [selector];
    });
    expect(own).toHaveLength(6);
    for (const selector of own) expect(podLabels().filter(isSelected(selector))).toHaveLength(1);
    const rules = manifests.filter(({ kind }) => kind === 'NetworkPolicy').map(({ spec }) => spec);
    const peers = [...JSON.stringify(rules).matchAll(/"namespaceSelector":.*?"podSelector":(\{.*?\}\})/g)];
    expect(peers).toHaveLength(3);
    for (const [, peer] of peers) expect(peer).not.toContain('ergodrive');
  });

  it('scales the Deployment that exists, which sets no number of Pods itself', () => {
    const { apiVersion, kind, name } = find(manifests, 'HorizontalPodAutoscaler').spec!.scaleTargetRef!;
    const { spec, ...target } = find(manifests, kind, name);
    expect(target.apiVersion).toBe(apiVersion);
    expect(spec).not.toHaveProperty('replicas');
  });

  it('has all that the migration needs without the Deployment', () => {
    const component = 'app.kubernetes.io/component';
    const first = manifests.filter(({ metadata }) => metadata.labels?.[component] !== 'server');
    expect(first.map(({ kind }) => kind)).not.toContain('Deployment');
    const [migration, ...others] = workloads(first);
    expect(others).toEqual([]);
    expect(environmentOf(migration!.container, first)).toEqual(
      environmentOf(workloads(manifests)[0]!.container, manifests),
    );
    expect(Object.keys(filesOf(migration!.template, first))).toHaveLength(1);
  });

  it('gives the owner of the tables to the migration alone, and no secret to the environment', async () => {
    const [server, migration] = workloads(manifests);
    const owner = await exampleSecrets('migration-secrets.env');
    expect(Object.values(filesOf(migration!.template, manifests))).toEqual(Object.values(owner));
    expect(JSON.stringify(filesOf(server!.template, manifests))).not.toContain('ergodrive_owner');
    for (const { container } of workloads(manifests))
      expect(JSON.stringify(environmentOf(container, manifests))).not.toContain('change-me');
  });

  it('lets Pods connect to DNS, PostgreSQL, Redis and the mail server, and to nothing else', () => {
    const peer = (namespace: string, labels?: object) => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      ...(labels && { podSelector: { matchLabels: labels } }),
    });
    const [tcp, udp] = ['TCP', 'UDP'].map((protocol) => (port: number) => ({ protocol, port }));
    const dns = { to: [peer('kube-system', { 'k8s-app': 'kube-dns' })], ports: [udp!(53), tcp!(53)] };
    const postgres = { to: [{ ipBlock: { cidr: '10.20.0.0/24' } }], ports: [tcp!(5432)] };
    const redis = { to: [peer('redis')], ports: [tcp!(6379)] };
    const mail = { to: [{ ipBlock: { cidr: '10.20.1.0/24' } }], ports: [tcp!(587)] };
    const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');
    const rules = policies.map(({ metadata, spec }) => [metadata.name, spec!.policyTypes, spec!.egress]);
    const both = ['Ingress', 'Egress'];
    expect(rules.sort()).toEqual([
      ['ergodrive-migration', both, [dns, postgres]],
      ['ergodrive-server', both, [dns, postgres, redis, mail]],
    ]);
    for (const { template } of workloads(manifests))
      expect(
        policies.filter(({ spec }) => isSelected(spec!.podSelector!.matchLabels)(template.metadata.labels)),
      ).toHaveLength(1);
  });

  it('runs Pods under the restricted Pod security standard, without a token or a writable file system', () => {
    expect(workloads(manifests)).toHaveLength(2);
    for (const { template, container } of workloads(manifests)) {
      expect(template.spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      for (const { secret } of template.spec.volumes!)
        if (secret) expect(secret).toMatchObject({ defaultMode: 0o440 });
      expect(container.volumeMounts!.filter(({ readOnly }) => readOnly !== true)).toEqual([]);
      expect(container.resources).toMatchObject({ requests: { cpu: expect.any(String) }, limits: {} });
    }
  });

  it('replaces each Pod for a new signing key, and none for a change of the clients', () => {
    const [server] = workloads(manifests);
    const secretName: unknown = expect.stringMatching(/^ergodrive-\w{10}$/);
    expect(server!.template.spec.volumes).toEqual([
      { name: 'secrets', secret: expect.objectContaining({ secretName }) },
      { name: 'clients', configMap: { name: 'ergodrive-clients' } },
    ]);
    const files = Object.keys(filesOf(server!.template, manifests));
    expect(files).toContain('/run/secrets/ergodrive/signing-keys.json');
    expect(files).toContain('/etc/ergodrive/clients.yaml');
  });

  it('gives a Pod time to end: the drain time, and the 30 s in which a request must arrive', () => {
    const { template, container } = workloads(manifests)[0]!;
    const drainSeconds = Number(environmentOf(container, manifests)['SHUTDOWN_DRAIN_SECONDS']);
    expect(drainSeconds).toBeGreaterThanOrEqual(5);
    expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(drainSeconds + 30);
  });
});
