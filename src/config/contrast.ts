/** Red, green and blue, 0 to 255 each. */
type Rgb = readonly [number, number, number];

const STEPS = 20;

/** The contrast of two colours, 1 to 21. @param one as `#rrggbb` @see WCAG 2.2, contrast ratio */
export function contrastOf(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminanceOf(parse(one)), luminanceOf(parse(other))].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** The colour, with as little white as it takes for the contrast to the background. White itself has enough to a dark background. */
export function lightened(color: string, background: string, contrast: number): string {
  const shades = Array.from({ length: STEPS + 1 }, (_, step) => mixed(parse(color), step / STEPS));
  return shades.find((shade) => contrastOf(shade, background) >= contrast) ?? '#ffffff';
}

const mixed = (color: Rgb, share: number): string =>
  `#${color.map((part) => hex(part + (255 - part) * share)).join('')}`;

const hex = (part: number): string => Math.round(part).toString(16).padStart(2, '0');

function parse(text: string): Rgb {
  const number = Number.parseInt(text.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

/** WCAG 2.2, relative luminance. */
function luminanceOf(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
