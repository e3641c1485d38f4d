// Prints a CycloneDX SBOM of what ships: the production dependencies in package-lock.json, for every platform.
// npm makes it. Its `--omit=dev` also omits packages that production and development both need, such as rxjs
// (npm 11.19), so the packages of development alone are removed here. The packages of `packages/` do not ship.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

// The workspaces are packages of their own, which the image does not have.
const npmSbom = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--workspaces=false'];
const bom = JSON.parse(execFileSync('npm', npmSbom, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }));

const isForDevelopment = ({ properties }) =>
  properties.some(({ name }) => name === 'cdx:npm:package:development');
bom.components = bom.components.filter((component) => !isForDevelopment(component));

// npm takes the name from the folder, and the type is that of every package.
const { component } = bom.metadata;
component.name = JSON.parse(readFileSync('package.json', 'utf8')).name;
component.type = 'application';

const shipped = new Set([component, ...bom.components].map((each) => each['bom-ref']));
bom.dependencies = bom.dependencies
  .filter(({ ref }) => shipped.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => shipped.has(each)) }));

console.log(JSON.stringify(bom, null, 2));
