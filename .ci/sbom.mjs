// Prints a CycloneDX SBOM of what ships: the production dependencies in package-lock.json, for every platform, and the packages that
// the scripts of the pages have in them. npm makes it. Its `--omit=dev` also omits packages that production and development both need,
// such as rxjs (npm 11.19), so the packages of development alone are removed here. The packages of `packages/` do not ship.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const npmSbom = (...options) => {
  const command = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', ...options];
  return JSON.parse(execFileSync('npm', command, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }));
};

// The workspaces are packages of their own, which the image does not have.
const bom = npmSbom('--workspaces=false');
const { name, dependencies } = read('package.json');
const isDevelopment = ({ name }) => name === 'cdx:npm:package:development';
const isForDevelopment = ({ properties }) => properties.some(isDevelopment);
bom.components = bom.components.filter((component) => !isForDevelopment(component));

// npm marks no package that a workspace needs as one of development, so what nothing in the image needs is removed too.
const needs = new Map(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
const needed = new Set(
  bom.components.filter((each) => each.name in dependencies).map((each) => each['bom-ref']),
);
for (const ref of needed) for (const each of needs.get(ref)) needed.add(each);
bom.components = bom.components.filter((each) => needed.has(each['bom-ref']));

// The pages are built before they ship: for npm, what their scripts contain is of development. The build checks the list.
const bundled = read('packages/console/bundled.json');
const pages = npmSbom('--workspace=@ergodrive/console');
for (const each of pages.components.filter((one) => bundled.includes(one.name))) {
  const properties = each.properties.filter((one) => !isDevelopment(one));
  const ref = each['bom-ref'];
  bom.components.push({ ...each, scope: 'required', properties });
  bom.dependencies.push(pages.dependencies.find((one) => one.ref === ref));
  bom.dependencies.find((one) => one.ref === bom.metadata.component['bom-ref']).dependsOn.push(ref);
}

// npm takes the name from the folder, and the type is that of every package.
const { component } = bom.metadata;
component.name = name;
component.type = 'application';

const shipped = new Set([component, ...bom.components].map((each) => each['bom-ref']));
bom.dependencies = bom.dependencies
  .filter(({ ref }) => shipped.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => shipped.has(each)) }));

console.log(JSON.stringify(bom, null, 2));
