// Prints a CycloneDX SBOM of what ships: the production dependencies in package-lock.json, for every platform.
// npm makes it. Its `--omit=dev` also omits packages that production and development both need, such as rxjs
// (npm 11.19), so the packages of development alone are removed here. The packages of `packages/` do not ship.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

// The workspaces are packages of their own, which the image does not have.
const npmSbom = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--workspaces=false'];
const bom = JSON.parse(execFileSync('npm', npmSbom, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }));

const { name, dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const dependsOn = new Map(bom.dependencies.map((each) => [each.ref, each.dependsOn]));
const components = new Map(bom.components.map((each) => [each['bom-ref'], each]));
const isForDevelopment = ({ properties }) =>
  properties.some((each) => each.name === 'cdx:npm:package:development');

// A package that a package of `packages/` needs at run time is none of development, and does not ship.
const reached = new Set();
const reach = (ref) => {
  const component = components.get(ref);
  if (reached.has(component) || component === undefined || isForDevelopment(component)) return;
  reached.add(component);
  dependsOn.get(ref)?.forEach(reach);
};
dependsOn
  .get(bom.metadata.component['bom-ref'])
  .filter((ref) => components.get(ref)?.name in dependencies)
  .forEach(reach);
bom.components = bom.components.filter((each) => reached.has(each));

// npm takes the name from the folder, and the type is that of every package.
const { component } = bom.metadata;
component.name = name;
component.type = 'application';

const shipped = new Set([component, ...bom.components].map((each) => each['bom-ref']));
bom.dependencies = bom.dependencies
  .filter(({ ref }) => shipped.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => shipped.has(each)) }));

console.log(JSON.stringify(bom, null, 2));
