import { readFileSync } from 'node:fs';

// Jest runs from the project's root.
const [readme, results] = ['README.md', 'bench/RESULTS.md'].map((file) => readFileSync(file, 'utf8'));
const [, table = ''] =
  /^<!-- figures: from bench\/RESULTS\.md -->$(.*)^<!-- end of figures -->$/ms.exec(readme!) ?? [];

describe('the figures of the README', () => {
  it('stand in the results of the benchmark', () => {
    const figures = [...table.matchAll(/([\d.]+)(?: ms)? (\(-?[\d.]+–[\d.]+\))/g)].map(
      ([, median, spread]) => `${median} ${spread}`,
    );
    expect(figures).toHaveLength(6);
    expect(figures.filter((figure) => !results!.includes(figure))).toEqual([]);
  });

  it('name the day and the Node of the results', () => {
    const [, day] = / generated this file on (\S+)\. /.exec(results!) ?? [];
    const [, node] = /^- Node v([\d.]+), /m.exec(results!) ?? [];
    expect(readme).toContain(`Measured on ${day} with Node ${node}`);
  });
});
