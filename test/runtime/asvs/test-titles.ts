import { readFileSync } from 'node:fs';
import ts from 'typescript';

/**
 * The full names of the tests in a file: the titles of the `describe`s around each, and its own, joined by " › ". Titles
 * are as they are written, with the placeholders of `each` and the `${…}` of templates.
 */
export function testTitlesOf(file: string): Set<string> {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const names = new Set<string>();
  const visit = (node: ts.Node, around: readonly string[]): void => {
    const { declares, title } = declarationOf(node, source);
    const levels = title === undefined ? around : [...around, title];
    if (declares === 'it' && title !== undefined) names.add(levels.join(' › '));
    ts.forEachChild(node, (child) => visit(child, levels));
  };
  visit(source, []);
  return names;
}

/** What a call of `describe` or `it`, or of what their `each` gives, declares; nothing for another node. */
function declarationOf(
  node: ts.Node,
  source: ts.SourceFile,
): { declares?: 'describe' | 'it'; title?: string } {
  if (!ts.isCallExpression(node)) return {};
  const declares = calledName(node.expression);
  if (declares !== 'describe' && declares !== 'it') return {};
  const [argument] = node.arguments;
  if (argument === undefined) return {};
  if (ts.isStringLiteralLike(argument)) return { declares, title: argument.text };
  return ts.isTemplateExpression(argument) ? { declares, title: argument.getText(source).slice(1, -1) } : {};
}

/** `it` of `it(…)`, and of what `it.each(…)` gives. */
function calledName(callee: ts.Expression): string | undefined {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee))
    return calledName(callee.expression);
  return undefined;
}
