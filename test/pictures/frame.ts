/** A picture of a page, as base64 of a PNG, with its size in CSS pixels. */
export interface View {
  readonly title: string;
  readonly picture: string;
  readonly width: number;
  readonly height: number;
}

const BAR = 36;
const GAP = 16;

/** A page that shows the views side by side, each with the frame of a browser. */
export function framed(views: readonly View[]): { html: string; width: number; height: number } {
  const figures = views.map(
    ({ title, picture, width, height }) => `<figure style="width:${width}px">
      <figcaption><i></i><i></i><i></i>${title}</figcaption>
      <img width="${width}" height="${height}" src="data:image/png;base64,${picture}">
    </figure>`,
  );
  const width = views.reduce((sum, view) => sum + view.width + 2, 0) + GAP * (views.length + 1);
  const height = Math.max(...views.map((view) => view.height)) + BAR + 2 * GAP + 2;
  return { html: `<style>${STYLE}</style>${figures.join('')}`, width, height };
}

const STYLE = `
  body { display: flex; gap: ${GAP}px; margin: 0; padding: ${GAP}px; background: #d7dbe2; font: 600 14px sans-serif }
  figure { margin: 0; border: 1px solid #9aa1ad; border-radius: 8px; overflow: hidden }
  figcaption { display: flex; align-items: center; gap: 6px; height: ${BAR}px; padding: 0 12px; background: #eceef2; color: #2c313a }
  i { width: 10px; height: 10px; border-radius: 50%; background: #9aa1ad }
  i:last-of-type { margin-right: 6px }
  img { display: block }
`;
